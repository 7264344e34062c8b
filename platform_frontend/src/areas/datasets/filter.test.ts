import { expect, test } from 'vitest'
import { fromAddress, isFiltered, toAddress } from './filter'

test('the address brings the same filter back', () => {
  const filter = { search: 'cart', state: ['ready' as const, 'failed' as const], format: ['csv'], origin: 'built' as const, by: 'ada' }
  expect(fromAddress(toAddress(filter) as never)).toEqual(filter)
})

test('what is not known in an address is left out', () => {
  expect(fromAddress({ state: 'perfect', origin: 'stolen', search: '', other: 'x' })).toEqual({})
})

test('a page further on is no filter', () => {
  expect(isFiltered(fromAddress({ cursor: 'x' }))).toBe(false)
  expect(isFiltered(fromAddress({ state: 'ready' }))).toBe(true)
})
