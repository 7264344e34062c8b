/** Where on a line of time things stand, in percent of it; pure numbers, so that it can be drawn in any way. */
import type { Body } from '@/api/types'

export type Effect = 'confirmed' | 'absent' | 'unknown'

export interface Mark {
  id: string
  left: number
  width: number
  kind: string
  effect: Effect
  /** UTC microseconds. */
  start: number
  end: number | null
  endReason: string
  side: string | null
  injection: Body<'CardInjection'>
}

export interface Lane {
  pod: string
  service: string
  marks: Mark[]
}

export interface Window {
  start: number
  end: number
}

const EFFECTS: readonly string[] = ['confirmed', 'absent', 'unknown']

/** What of [start, end) lies in the window; null: nothing. An open end lasts until the window's. */
export function place(window: Window, start: number, end: number | null): { left: number; width: number } | null {
  const length = window.end - window.start
  const from = Math.max(start, window.start)
  const to = Math.min(end ?? window.end, window.end)
  if (length <= 0 || to < from) return null
  return { left: ((from - window.start) / length) * 100, width: ((to - from) / length) * 100 }
}

/** A lane for each pod that was hit, by name. */
export function lanesOf(injections: readonly Body<'CardInjection'>[], window: Window): Lane[] {
  const lanes = new Map<string, Lane>()
  for (const injection of injections) {
    for (const label of injection.pods) {
      if (label.start === null) continue
      const placed = place(window, label.start, label.end)
      if (!placed) continue
      const lane = lanes.get(label.pod) ?? { pod: label.pod, service: label.service, marks: [] }
      lanes.set(label.pod, lane)
      lane.marks.push({
        ...placed, id: `${injection.injection}/${label.pod}`, kind: injection.kind, start: label.start, end: label.end,
        effect: (EFFECTS.includes(label.effect) ? label.effect : 'unknown') as Effect, endReason: label.end_reason,
        side: injection.side, injection,
      })
    }
  }
  return [...lanes.values()].sort((one, other) => one.pod.localeCompare(other.pod))
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400]

/** Round times in the window, in microseconds: about `most`, never more. */
export function ticks({ start, end }: Window, most: number): number[] {
  const step = (STEPS_S.find((seconds) => (end - start) / (seconds * 1e6) <= most) ?? 86400 * Math.ceil((end - start) / 86400e6 / most)) * 1e6
  const found: number[] = []
  for (let at = Math.ceil(start / step) * step; at <= end && found.length < most; at += step) found.push(at)
  return found
}
