/**
 * Date pickers know the zone of the browser only. They are given dates whose fields are those of the zone that is shown,
 * and what they give back is read in that zone.
 */
const UNITS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
type Fields = Record<(typeof UNITS)[number], number>

function fields(at: number, zone: string): Fields {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric',
    minute: 'numeric', second: 'numeric',
  })
  const found = new Map<string, string>(format.formatToParts(at).map((part) => [part.type, part.value]))
  return Object.fromEntries(UNITS.map((unit) => [unit, Number(found.get(unit))])) as Fields
}

/** Milliseconds by which the clocks of the zone are ahead of UTC. */
function offset(at: number, zone: string): number {
  const { year, month, day, hour, minute, second } = fields(at, zone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

/** For a date picker: what clocks in `zone` show. */
export function wallClock(at: number, zone: string): Date {
  const { year, month, day, hour, minute, second } = fields(at, zone)
  return new Date(year, month - 1, day, hour, minute, second)
}

/** From a date picker: the moment when clocks in `zone` show this. */
export function instantOf(shown: Date, zone: string): number {
  const asUtc = Date.UTC(
    shown.getFullYear(), shown.getMonth(), shown.getDate(), shown.getHours(), shown.getMinutes(), shown.getSeconds(),
  )
  const guess = asUtc - offset(asUtc, zone)
  return asUtc - offset(guess, zone) // once more, for the guess may lie on the other side of a change of clocks
}
