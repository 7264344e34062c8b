import { expect, test } from 'vitest'
import type { Parameter } from '@/api/types'
import { limitsOf } from './bounds'

const STATUS: Parameter = {
  name: 'status', type: 'integer', help: '', unit: '', choices: [], required: true, default: null, format: 'any', names: [],
  bounds: [[1, 16], [400, 599]],
  protocol_bounds: [{ protocol: 'grpc', bounds: [[1, 16]] }, { protocol: 'http', bounds: [[400, 599]] }],
}

test('the protocol of what is hit decides', () => {
  expect(limitsOf(STATUS, ['grpc'], 'or')).toEqual({ low: 1, high: 16, text: '1–16' })
  expect(limitsOf(STATUS, [], 'or')).toEqual({ low: 1, high: 599, text: '1–16 or 400–599' })
})

test('there may be no bounds', () => {
  expect(limitsOf({ ...STATUS, bounds: [], protocol_bounds: [] }, [], 'or')).toEqual({ low: undefined, high: undefined, text: '' })
})
