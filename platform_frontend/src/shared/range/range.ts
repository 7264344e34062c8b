/**
 * The one range of time that a page looks at. It lies in the address, so that a link shows the same again:
 * `?last=15m` moves with the clock, `?from=…&to=…` stands still. `live=1`: it moves by itself.
 */
import type { LocationQuery } from 'vue-router'

export interface Range {
  /** UTC microseconds, as the API has them. */
  from: number
  to: number
}

export interface RangeQuery {
  last?: string
  from?: string
  to?: string
  live?: string
}

export const LASTS = ['5m', '15m', '1h', '3h', '6h', '12h', '24h'] as const
export const DEFAULT_LAST = '15m'
const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const LAST = /^([1-9]\d{0,4})([smhd])$/
const MICRO = 1_000_000
const MINIMUM = MICRO

/** Seconds of `15m`; null when it is none. */
export function lastSeconds(text: unknown): number | null {
  const found = typeof text === 'string' ? LAST.exec(text) : null
  return found ? Number(found[1]) * (UNIT_S[found[2] ?? ''] ?? 0) : null
}

function instant(text: unknown): number | null {
  const time = typeof text === 'string' ? Date.parse(text) : NaN
  return Number.isNaN(time) ? null : time * 1000
}

/** A range that stands still, when the address has a sound one. */
export function fixedOf(query: LocationQuery): Range | null {
  const [from, to] = [instant(query.from), instant(query.to)]
  return from !== null && to !== null && to > from ? { from, to } : null
}

/** Of an address, at a time in milliseconds. What makes no sense becomes the default. */
export function rangeOf(query: LocationQuery, now: number): Range {
  const fixed = fixedOf(query)
  if (fixed) return fixed
  const seconds = lastSeconds(query.last) ?? lastSeconds(DEFAULT_LAST) ?? 0
  const to = Math.round(now * 1000)
  return { from: to - seconds * MICRO, to }
}

/** What of an address is about the range: to be taken along from tab to tab. */
export function rangeQuery(query: LocationQuery): RangeQuery {
  const kept: RangeQuery = {}
  for (const name of ['last', 'from', 'to', 'live'] as const) {
    const value = query[name]
    if (typeof value === 'string') kept[name] = value
  }
  return kept
}

const iso = (micros: number): string => new Date(micros / 1000).toISOString()

export function fixedQuery({ from, to }: Range): RangeQuery {
  return { from: iso(Math.min(from, to - MINIMUM)), to: iso(to) }
}

/** Twice or half as long about the same middle; never beyond the present. */
export function zoomed(range: Range, factor: number, now: number): Range {
  const [middle, half] = [(range.from + range.to) / 2, ((range.to - range.from) / 2) * factor]
  const to = Math.min(middle + half, now * 1000)
  return { from: Math.max(0, to - 2 * half), to }
}

/** As long, that many lengths later; never beyond the present. */
export function shifted(range: Range, lengths: number, now: number): Range {
  const length = range.to - range.from
  const to = Math.min(range.to + lengths * length, now * 1000)
  return { from: Math.max(0, to - length), to }
}

/** Whole seconds that cut a range into at most `most` steps. */
export function stepSeconds({ from, to }: Range, most: number): number {
  return Math.max(1, Math.ceil((to - from) / MICRO / most))
}

/** A margin at both sides, as a share of the length and at least so many seconds. */
export function widened({ from, to }: Range, share: number, seconds: number): Range {
  const margin = Math.max((to - from) * share, seconds * MICRO)
  return { from: Math.max(0, from - margin), to: to + margin }
}
