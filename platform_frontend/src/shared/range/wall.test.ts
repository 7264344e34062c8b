import { expect, test } from 'vitest'
import { fromWall, toWall } from './wall'

test.each([
  ['2026-11-26T04:00:00.000Z', 'Asia/Shanghai', '2026-11-26T12:00:00'],
  ['2026-11-26T04:00:00.000Z', 'UTC', '2026-11-26T04:00:00'],
  ['2026-07-01T23:30:00.000Z', 'Europe/Paris', '2026-07-02T01:30:00'],
  ['2026-03-29T01:00:00.000Z', 'Europe/Paris', '2026-03-29T03:00:00'],
])('%s in %s is %s, and back', (instant, zone, wall) => {
  expect(toWall(Date.parse(instant) * 1000, zone)).toBe(wall)
  expect(fromWall(wall, zone)).toBe(instant)
})

test('what is no time is empty', () => {
  expect(fromWall('', 'UTC')).toBe('')
})
