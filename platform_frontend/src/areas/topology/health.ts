/** How a service or a call does, in three words. */
import type { ServiceNode } from './queries'

export type Health = 'good' | 'warn' | 'bad' | 'idle'

const SOME_ERRORS = 0.01
const MANY_ERRORS = 0.05

export function byErrors(ratio: number | null): Health {
  if (ratio === null) return 'idle'
  if (ratio >= MANY_ERRORS) return 'bad'
  return ratio >= SOME_ERRORS ? 'warn' : 'good'
}

/** `now`: what pods are ready is known of the present only. */
export function healthOf(node: ServiceNode, now: boolean): Health {
  if (now && node.total > 0 && node.ready === 0) return 'bad'
  const errors = byErrors(node.error_ratio)
  return now && node.ready < node.total && errors !== 'bad' ? 'warn' : errors
}

/** A ratio as people read it: 0 is nothing at all, what is hardly anything is told apart from it. */
export function percent(ratio: number | null): string {
  if (ratio === null) return '–'
  if (ratio === 0) return '0 %'
  return ratio < 0.001 ? '< 0.1 %' : `${Number((ratio * 100).toPrecision(2))} %`
}
