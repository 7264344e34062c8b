/** What a clock on the wall of a zone shows, as inputs of type datetime-local have it, and back. */
const PARTS = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const

export function toWall(micros: number, zone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...PARTS })
  const part = Object.fromEntries(format.formatToParts(micros / 1000).map(({ type, value }) => [type, value]))
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`
}

/** RFC 3339; empty for what is no time. A time that the clock shows twice is the earlier or the later one. */
export function fromWall(wall: string, zone: string): string {
  const naive = Date.parse(`${wall}Z`)
  if (Number.isNaN(naive)) return ''
  const first = naive - offset(naive, zone)
  return new Date(naive - offset(first, zone)).toISOString()
}

/** How far the zone is ahead of UTC then, in milliseconds. */
function offset(milliseconds: number, zone: string): number {
  return Date.parse(`${toWall(milliseconds * 1000, zone)}Z`) - Math.floor(milliseconds / 1000) * 1000
}
