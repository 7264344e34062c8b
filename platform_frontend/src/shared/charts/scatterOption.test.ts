import { expect, test } from 'vitest'
import { scatterOption, type Point } from './scatterOption'

const point = (more: Partial<Point>): Point => ({ at: 1_000_000, duration: 20, failed: false, key: 'a', name: '', ...more })

test('failed requests are drawn apart, above the others; nothing has no place on a logarithmic axis', () => {
  const option = scatterOption({
    points: [point({}), point({ failed: true, duration: 0, key: 'b' })], range: { from: 0, to: 2_000_000 }, bands: [], theme: 'dark',
    value: String, time: String, tooltip: () => document.createElement('div'),
  })
  const [, good, bad] = option.series as { data: { value: number[]; point: Point }[]; z: number }[]
  expect(good?.data.map(({ value }) => value)).toEqual([[1000, 20]])
  expect(bad?.data.map(({ value, point: { key } }) => [...value, key])).toEqual([[1000, 1, 'b']])
  expect((bad?.z ?? 0) > (good?.z ?? 0)).toBe(true)
})
