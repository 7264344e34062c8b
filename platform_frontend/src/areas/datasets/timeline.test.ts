import { describe, expect, test } from 'vitest'
import type { Body } from '@/api/types'
import { lanesOf, place, ticks } from './timeline'

const S = 1e6
const WINDOW = { start: 1000 * S, end: 1100 * S }

describe('the place of a time', () => {
  test.each([
    [1010 * S, 1020 * S, { left: 10, width: 10 }],
    [900 * S, 1050 * S, { left: 0, width: 50 }],
    [1090 * S, null, { left: 90, width: 10 }],
    [900 * S, 950 * S, null],
    [1200 * S, 1300 * S, null],
  ])('%s to %s', (start, end, placed) => {
    expect(place(WINDOW, start, end)).toEqual(placed)
  })

  test('an empty window has no places', () => {
    expect(place({ start: 5, end: 5 }, 5, 5)).toBeNull()
  })
})

test('each pod that was hit has one lane, by name', () => {
  const label = (pod: string, start: number | null): Body<'CardLabel'> => ({
    pod, service: 'cart', start, end: null, onset: null, end_reason: '', effect: 'strange',
  })
  const injection = (id: string, ...pods: Body<'CardLabel'>[]): Body<'CardInjection'> => ({
    injection: id, kind: 'pod-kill', parameters: {}, ordered_by: null, side: null, pods,
  })
  const lanes = lanesOf([injection('a', label('cart-1', 1010 * S), label('cart-0', 1010 * S)), injection('b', label('cart-0', 1050 * S), label('x', null))], WINDOW)
  expect(lanes.map((lane) => [lane.pod, lane.marks.length])).toEqual([['cart-0', 2], ['cart-1', 1]])
  expect(lanes[0]?.marks[0]?.effect).toBe('unknown')
})

test.each([[100], [3600], [86_400], [86_400 * 90]])('ticks of %s s are round, inside, and few', (seconds) => {
  const window = { start: 1_795_664_254_610_132, end: 1_795_664_254_610_132 + seconds * S }
  const found = ticks(window, 6)
  expect(found.length).toBeGreaterThan(1)
  expect(found.length).toBeLessThanOrEqual(6)
  for (const at of found) {
    expect(at % S).toBe(0)
    expect(at).toBeGreaterThanOrEqual(window.start)
    expect(at).toBeLessThanOrEqual(window.end)
  }
})
