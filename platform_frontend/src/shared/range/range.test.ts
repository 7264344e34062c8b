import { describe, expect, test } from 'vitest'
import type { LocationQuery } from 'vue-router'
import { fixedQuery, lastSeconds, rangeOf, rangeQuery, shifted, stepSeconds, widened, zoomed } from './range'

const NOW = Date.parse('2026-11-26T04:00:00Z')
const MINUTE = 60_000_000

test.each([
  ['15m', 900],
  ['90s', 90],
  ['2d', 172_800],
  ['0m', null],
  ['15', null],
  ['m', null],
  [['15m'], null],
  [undefined, null],
])('a length of time: %s', (text, seconds) => {
  expect(lastSeconds(text)).toBe(seconds)
})

describe('the address', () => {
  test('names a length that ends now', () => {
    expect(rangeOf({ last: '5m' }, NOW)).toEqual({ from: NOW * 1000 - 5 * MINUTE, to: NOW * 1000 })
  })

  test('brings a fixed range back to the millisecond', () => {
    const range = { from: NOW * 1000 - 12_345_000, to: NOW * 1000 }
    expect(rangeOf({ ...fixedQuery(range) }, 0)).toEqual(range)
  })

  test.each<LocationQuery>([{}, { last: 'x' }, { from: 'yesterday', to: 'now' }, { from: '2026-11-26', to: '2026-11-25' }])(
    'that makes no sense is the last quarter of an hour: %o',
    (query) => {
      expect(rangeOf(query, NOW)).toEqual({ from: NOW * 1000 - 15 * MINUTE, to: NOW * 1000 })
    },
  )

  test('gives on only what is about the range', () => {
    expect(rangeQuery({ last: '1h', live: '1', q: 'error', from: ['a', 'b'] })).toEqual({ last: '1h', live: '1' })
  })
})

describe('moving', () => {
  const range = { from: NOW * 1000 - 20 * MINUTE, to: NOW * 1000 - 10 * MINUTE }

  test('closer keeps the middle', () => {
    expect(zoomed(range, 0.5, NOW)).toEqual({ from: range.from + 2.5 * MINUTE, to: range.to - 2.5 * MINUTE })
  })

  test('never shows the future', () => {
    expect(zoomed(range, 10, NOW).to).toBe(NOW * 1000)
    expect(shifted(range, 5, NOW)).toEqual({ from: NOW * 1000 - 10 * MINUTE, to: NOW * 1000 })
  })

  test('back and forth is where it was', () => {
    expect(shifted(shifted(range, -1, NOW), 1, NOW)).toEqual(range)
  })

  test('a margin is at least so long', () => {
    expect(widened(range, 0.1, 300)).toEqual({ from: range.from - 5 * MINUTE, to: range.to + 5 * MINUTE })
  })
})

test('steps are whole seconds, at least one', () => {
  expect(stepSeconds({ from: 0, to: 15 * MINUTE }, 100)).toBe(9)
  expect(stepSeconds({ from: 0, to: 10 }, 100)).toBe(1)
})
