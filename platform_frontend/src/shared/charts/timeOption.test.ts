import { describe, expect, test } from 'vitest'
import { timeOption, valueAt, type TimeOptionInput } from './timeOption'

const SECOND = 1_000_000
const INPUT: TimeOptionInput = {
  series: [{ name: 'cart-0', points: [[0, 1], [SECOND, 2], [2 * SECOND, null]] }],
  range: { from: 0, to: 10 * SECOND }, bands: [], kind: 'line', theme: 'light', value: String, time: String,
  tooltip: () => document.createElement('div'),
}
interface Drawn {
  data: unknown
  markArea?: { data: unknown[] }
}
const drawn = (input: TimeOptionInput): Drawn[] => timeOption(input).series as unknown as Drawn[]

test('the axis is the range, in milliseconds', () => {
  expect(timeOption(INPUT).xAxis).toMatchObject({ min: 0, max: 10_000 })
})

test('bands are cut to the range; those outside are left out; one that lasts goes on to the end', () => {
  const band = { injection: 'a', kind: 'k', pods: [], services: [] }
  const bands = [
    { ...band, from: -SECOND, to: SECOND }, { ...band, from: 8 * SECOND, to: null }, { ...band, from: 11 * SECOND, to: null },
  ]
  expect(drawn({ ...INPUT, bands })[0]?.markArea?.data).toEqual([
    [{ xAxis: 0 }, { xAxis: 1000 }],
    [{ xAxis: 8000 }, { xAxis: 10_000 }],
  ])
})

test('bars stand in the middle of their step', () => {
  expect(drawn({ ...INPUT, kind: 'bar', step: SECOND })[1]?.data).toEqual([[500, 1], [1500, 2], [2500, null]])
})

describe('the value at a time', () => {
  const [series] = INPUT.series
  test.each([[0, 1], [999_999, 1], [SECOND, 2], [2.5 * SECOND, null], [-1, null], [4 * SECOND, null]])('%d: %s', (at, value) => {
    expect(series && valueAt(series, at, SECOND)).toBe(value)
  })
})
