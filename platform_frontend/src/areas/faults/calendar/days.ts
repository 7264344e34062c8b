/** Days as people count them, in a zone: 2026-11-26. Arithmetic on them knows no hours, so no change of clocks hurts. */
export type Day = string
export type View = 'day' | 'week' | 'month'
export const VIEWS: readonly View[] = ['day', 'week', 'month']

const DAY_MS = 86_400_000
const SHAPE = /^\d{4}-\d{2}-\d{2}$/
const WEEKS_SHOWN = 6

export function isDay(text: unknown): text is Day {
  return typeof text === 'string' && SHAPE.test(text) && !Number.isNaN(Date.parse(text))
}

export function dayOf(time: Date, zone: string): Day {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(time)
}

export function plus(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** Monday is 0. */
function weekday(day: Day): number {
  return (new Date(day).getUTCDay() + 6) % 7
}

/** The days that the view shows around this one: whole weeks, which begin on Monday. */
export function daysOf(view: View, day: Day): Day[] {
  if (view === 'day') return [day]
  if (view === 'week') return range(plus(day, -weekday(day)), 7)
  const first = `${day.slice(0, 8)}01`
  return range(plus(first, -weekday(first)), WEEKS_SHOWN * 7)
}

function range(first: Day, count: number): Day[] {
  return Array.from({ length: count }, (_, index) => plus(first, index))
}

export function step(view: View, day: Day, forward: boolean): Day {
  const sign = forward ? 1 : -1
  if (view !== 'month') return plus(day, sign * (view === 'day' ? 1 : 7))
  const month = new Date(`${day.slice(0, 8)}01`)
  month.setUTCMonth(month.getUTCMonth() + sign)
  return month.toISOString().slice(0, 10)
}

/** A window that holds all of these days in any zone; what lies beside them is left out by its day. */
export function windowOf(days: readonly Day[]): { from: string; to: string } {
  const [first = '1970-01-01'] = days
  return { from: `${plus(first, -1)}T00:00:00Z`, to: `${plus(days.at(-1) ?? first, 2)}T00:00:00Z` }
}
