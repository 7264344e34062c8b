import { expect, test } from 'vitest'
import { ANY_TRACE, traceFilterOf, traceSearchOf, traceSearchQuery, type TraceSearch } from './filter'

const ALL: TraceSearch = { services: ['frontend', 'cart'], operation: '/cart', status: 'error', least: 0.5, most: 300 }

test.each([ALL, ANY_TRACE])('the address brings the same search back', (search) => {
  const query = Object.fromEntries(Object.entries(traceSearchQuery(search)).filter(([, value]) => value !== undefined))
  expect(traceSearchOf(query as Parameters<typeof traceSearchOf>[0])).toEqual(search)
})

test('what the address has no right to say is left out', () => {
  expect(traceSearchOf({ least: 'much', most: '-3', status: 'odd' })).toEqual(ANY_TRACE)
})

test('the API takes microseconds', () => {
  expect(traceFilterOf(ALL)).toEqual({
    services: ['frontend', 'cart'], operations: ['/cart'], status: 'error', min_duration: 500, max_duration: 300_000,
  })
  expect(traceFilterOf(ANY_TRACE)).toEqual({})
})
