/** Rows of the lists: lines or traces, newest first, and between them where faults began and ended. */
import type { Band } from '@/shared/charts/bands'
import type { Log } from './queries'

export interface Mark {
  mark: 'began' | 'ended'
  at: number
  band: Band
}
/** A row that has a time, or a mark. */
export type Timed<T extends { timestamp: number }> = T | Mark
export type Row = Timed<Log>

export const isMark = (row: object): row is Mark => 'mark' in row

function marks(bands: readonly Band[]): Mark[] {
  const all = bands.flatMap((band): Mark[] => [
    { mark: 'began', at: band.from, band },
    ...(band.to === null ? [] : [{ mark: 'ended' as const, at: band.to, band }]),
  ])
  return all.sort((one, other) => other.at - one.at)
}

/** Those marks that lie within what is shown. `whole`: there are no older lines, so older marks stand at the end. */
export function withMarks<T extends { timestamp: number }>(
  logs: readonly T[], bands: readonly Band[], range: { from: number; to: number }, whole: boolean,
): Timed<T>[] {
  const oldest = whole ? range.from : (logs.at(-1)?.timestamp ?? range.to)
  const between = marks(bands).filter(({ at }) => at >= oldest && at <= range.to)
  if (!between.length) return logs as Timed<T>[]
  const rows: Timed<T>[] = []
  let next = 0
  for (const log of logs) {
    for (let mark = between[next]; mark && mark.at >= log.timestamp; mark = between[++next]) rows.push(mark)
    rows.push(log)
  }
  return rows.concat(between.slice(next))
}

/** New lines on top of what is there: none twice, newest first, at most so many. */
export function onTop(fresh: readonly Log[], shown: readonly Log[], most: number): readonly Log[] {
  if (!fresh.length) return shown
  const near = new Set(shown.slice(0, 2 * fresh.length + 1000).map((log) => log.log_id))
  const added = fresh.filter((log) => !near.has(log.log_id))
  if (!added.length) return shown
  return [...added.reverse(), ...shown].sort((one, other) => other.timestamp - one.timestamp).slice(0, most)
}

/** A text cut where the search is found in it: every second part is a find. Case does not matter. */
export function cut(text: string, sought: string): string[] {
  if (!sought) return [text]
  const parts: string[] = []
  const [within, needle] = [text.toLowerCase(), sought.toLowerCase()]
  if (within.length !== text.length) return [text] // letters that change their length: rare, and not worth a wrong cut
  let from = 0
  for (let at = within.indexOf(needle); at >= 0; at = within.indexOf(needle, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + needle.length))
    from = at + needle.length
  }
  return [...parts, text.slice(from)]
}
