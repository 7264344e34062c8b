/** How injections are shown: tones, time left, the effect on all pods as one. */
import type { Injection } from '@/api/types'
import type { Tone } from '@/shared/components/StateTag.vue'
import { OPEN_STATES, type Experiment } from './queries'

export const TONES: Record<Injection['state'], Tone> = {
  planned: 'calm',
  applying: 'live',
  active: 'live',
  recovering: 'live',
  recovered: 'good',
  recovery_failed: 'bad',
  failed: 'bad',
}

export const EXPERIMENT_TONES: Record<Experiment['state'], Tone> = {
  scheduled: 'live', paused: 'warn', stopped: 'calm', finished: 'calm',
}

/** The pods or services that it names; none: the platform chooses among all. */
export function aimOf(experiment: Pick<Experiment, 'pods' | 'services'>): string {
  return [...experiment.pods, ...experiment.services].join(', ')
}

export const isOpen = (injection: Injection): boolean => OPEN_STATES.includes(injection.state)

/** Seconds until the deadline, and how much of the duration is over, 0 to 1. */
export function timeLeft(injection: Injection, now: number): { seconds: number; share: number } {
  const seconds = Math.max(0, (Date.parse(injection.deadline) - now) / 1000)
  return { seconds, share: Math.min(1, Math.max(0, 1 - seconds / injection.duration_s)) }
}

export type ShownEffect = 'confirmed' | 'absent' | 'unknown' | 'checking'

/** As the platform sums it up: confirmed on all pods, else absent where one shows none, else unknown. */
export function effectOf(injection: Injection): ShownEffect | null {
  const { labels } = injection
  if (isOpen(injection) || !labels.length) return null
  if (labels.some((label) => !label.effect_checked)) return 'checking'
  if (labels.every((label) => label.effect === 'confirmed')) return 'confirmed'
  return labels.some((label) => label.effect === 'absent') ? 'absent' : 'unknown'
}

export const EFFECT_TONES: Record<ShownEffect, Tone> = {
  confirmed: 'good', absent: 'warn', unknown: 'calm', checking: 'calm',
}

/** latency_ms=300 direction=to; what is empty is left out. */
export function shortParameters(parameters: Readonly<Record<string, unknown>>): string {
  return Object.entries(parameters)
    .filter(([, value]) => value !== '' && value !== null && !(Array.isArray(value) && !value.length))
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join('  ')
}

/** The address of the form, filled in as this one was. */
export function againAddress(injection: Injection): { name: string; query: Record<string, string | string[]> } {
  const query: Record<string, string | string[]> = {
    kind: injection.kind,
    pod: injection.targets,
    duration: String(injection.duration_s),
  }
  if (injection.allow_last_replica) query.lastReplica = '1'
  for (const [name, value] of Object.entries(injection.parameters)) {
    query[`p.${name}`] = Array.isArray(value) ? value.map(String) : String(value)
  }
  return { name: 'fault-new', query }
}
