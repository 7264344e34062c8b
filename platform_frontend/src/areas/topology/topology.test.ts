import { describe, expect, test } from 'vitest'
import { framesOf } from './frames'
import { byErrors, healthOf, percent } from './health'
import { keyOf, placed, smooth } from './layout'
import type { ServiceNode } from './queries'

const SECOND = 1_000_000
const CALLS = [
  { source: 'frontend', destination: 'cart' }, { source: 'cart', destination: 'redis' }, { source: 'frontend', destination: 'ads' },
]

describe('the layout', () => {
  test('has callers left of what they call, and none upon another', () => {
    const { nodes } = placed(['alone'], CALLS)
    const x = (name: string) => nodes.get(name)?.x ?? NaN
    expect(x('frontend')).toBeLessThan(x('cart'))
    expect(x('cart')).toBeLessThan(x('redis'))
    expect(new Set([...nodes.values()].map((place) => `${place.x},${place.y}`)).size).toBe(5)
  })

  test('does not depend on the order of what is told', () => {
    expect([...placed([], CALLS).nodes].sort()).toEqual([...placed([], [...CALLS].reverse()).nodes].sort())
  })

  test('draws each call, in circles and to itself too', () => {
    const calls = [...CALLS, { source: 'redis', destination: 'frontend' }, { source: 'ads', destination: 'ads' }]
    const { edges } = placed([], calls)
    expect([...edges.keys()].sort()).toEqual(calls.map(keyOf).sort())
    for (const { path } of edges.values()) expect(path).toMatch(/^M[\d.,-]+ [QL]/)
  })
})

test.each([
  [[], ''],
  [[{ x: 0, y: 0 }, { x: 2, y: 2 }], 'M0.0,0.0 L2.0,2.0'],
  [[{ x: 0, y: 0 }, { x: 1, y: 5 }, { x: 2, y: 0 }], 'M0.0,0.0 Q1.0,5.0 2.0,0.0'],
])('a line through %o', (points, path) => {
  expect(smooth(points)).toBe(path)
})

describe('replay', () => {
  test('cuts a range into windows on the grid, without a gap', () => {
    const frames = framesOf({ from: 12 * SECOND, to: 100 * SECOND })
    expect(frames[0]).toEqual({ from: 10 * SECOND, to: 25 * SECOND })
    for (const [at, frame] of frames.slice(1).entries()) expect(frame.from).toBe(frames[at]?.to)
    expect(frames.at(-1)?.to).toBeGreaterThanOrEqual(100 * SECOND)
  })

  test('has at most some sixty windows, however long the range', () => {
    expect(framesOf({ from: 0, to: 86_400 * SECOND }).length).toBeLessThanOrEqual(61)
  })
})

describe('health', () => {
  const node = (more: Partial<ServiceNode>): ServiceNode => ({
    service: 's', ready: 2, total: 2, rate: 1, error_ratio: 0, p95: 1, faults: [], ...more,
  })

  test.each([[null, 'idle'], [0, 'good'], [0.02, 'warn'], [0.5, 'bad']])('errors of %s: %s', (ratio, health) => {
    expect(byErrors(ratio)).toBe(health)
  })

  test('pods that are not ready tell about the present, not about the past', () => {
    expect(healthOf(node({ ready: 1 }), true)).toBe('warn')
    expect(healthOf(node({ ready: 0 }), true)).toBe('bad')
    expect(healthOf(node({ ready: 0 }), false)).toBe('good')
    expect(healthOf(node({ ready: 1, error_ratio: 1 }), true)).toBe('bad')
  })

  test.each([[null, '–'], [0, '0 %'], [0.0004, '< 0.1 %'], [0.137, '14 %'], [1, '100 %']])('%s is %s', (ratio, text) => {
    expect(percent(ratio)).toBe(text)
  })
})
