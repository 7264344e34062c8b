/** Key figures over time as lines of small pictures. */
import type { Body } from '@/api/types'

export type Figure = keyof Body<'ServiceSeries'>
export type Points = readonly (number | null)[]

export const FIGURES: readonly Figure[] = [
  'requests_per_second', 'error_ratio', 'latency_p95_ms', 'cpu_cores', 'memory_mean_bytes', 'log_rows_per_second',
]

/** An SVG path through a box of 100 by 100; where nothing was seen the line is broken, a lone point is a short dash. */
export function path(points: Points, top: number): string {
  const step = 100 / Math.max(1, points.length)
  let drawn = ''
  let down = false
  points.forEach((value, at) => {
    if (value === null) {
      down = false
      return
    }
    const x = ((at + 0.5) * step).toFixed(2)
    const y = (100 - (top > 0 ? (value / top) * 100 : 0)).toFixed(2)
    const alone = !down && (points[at + 1] ?? null) === null
    drawn += `${down ? 'L' : 'M'}${x} ${y}${alone ? `h${(step / 2).toFixed(2)}` : ''}`
    down = true
  })
  return drawn
}

export const largest = (points: Points): number | null =>
  points.reduce<number | null>((most, value) => (value === null ? most : Math.max(most ?? value, value)), null)

export const mean = (points: Points): number | null => {
  const seen = points.filter((value): value is number => value !== null)
  return seen.length ? seen.reduce((total, value) => total + value, 0) / seen.length : null
}
