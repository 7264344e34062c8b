import { expect, test } from 'vitest'
import { filterOf, NOTHING, searchOf, searchQuery, type LogSearch } from './filter'

const ALL: LogSearch = {
  text: 'took_ms=', regex: true, services: ['frontend'], pods: ['cart-0', 'cart-1'], levels: ['INFO', 'ERROR'],
  trace: 'a'.repeat(32),
}

test.each([ALL, NOTHING, { ...ALL, regex: false, trace: '' }])('the address brings the same search back', (search) => {
  const query = Object.fromEntries(Object.entries(searchQuery(search)).filter(([, value]) => value !== undefined))
  expect(searchOf(query as Parameters<typeof searchOf>[0])).toEqual(search)
})

test('what the address has no right to say is left out', () => {
  expect(searchOf({ level: ['LOUD', 'INFO'], trace: '../x', service: [null, 'a'] })).toEqual({
    ...NOTHING, levels: ['INFO'], services: ['a'],
  })
})

test('the API is asked only for what is wanted', () => {
  expect(filterOf(NOTHING)).toEqual({})
  expect(filterOf(ALL)).toEqual({
    regex: 'took_ms=', services: ['frontend'], pods: ['cart-0', 'cart-1'], levels: ['INFO', 'ERROR'], trace_id: ALL.trace,
  })
  expect(filterOf({ ...NOTHING, text: 'x' })).toEqual({ search: 'x' })
})
