import { expect, test } from 'vitest'
import { instantOf, wallClock } from './zoned'

const ZONES = ['UTC', 'Asia/Shanghai', 'America/New_York', 'Asia/Kolkata']

test.each(ZONES)('what a picker was given in %s comes back the same, also around changes of clocks', (zone) => {
  for (const text of ['2026-03-08T05:30:00Z', '2026-03-08T07:30:00Z', '2026-11-26T04:00:01Z', '2026-10-31T23:59:59Z']) {
    const at = Date.parse(text)
    expect(instantOf(wallClock(at, zone), zone), text).toBe(at)
  }
})

test('the picker shows the clocks of the zone', () => {
  const shown = wallClock(Date.parse('2026-11-26T20:00:00Z'), 'Asia/Shanghai')
  expect([shown.getDate(), shown.getHours()]).toEqual([27, 4])
})
