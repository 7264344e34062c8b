/** How datasets are shown: tones, sums, how far a build is. */
import type { Dataset } from '@/api/types'
import type { Tone } from '@/shared/components/StateTag.vue'

export const TONES: Record<Dataset['state'], Tone> = {
  queued: 'calm', building: 'live', ready: 'good', failed: 'bad', cancelled: 'calm', deleting: 'calm',
}

const sum = (counts: Readonly<Record<string, number>> | undefined): number =>
  Object.values(counts ?? {}).reduce((total, each) => total + each, 0)

export const rowsOf = (dataset: Dataset): number => sum(dataset.counts.tables)
export const faultsOf = (dataset: Dataset): number => sum(dataset.counts.faults)

/** Seconds of its window; null until that is known. */
export function lengthOf(dataset: Dataset): number | null {
  return dataset.from === null || dataset.to === null ? null : (dataset.to - dataset.from) / 1e6
}

/** 0 to 1; null: too early to tell. */
export function shareDone({ progress }: Dataset): number | null {
  return progress.rows_total ? Math.min(1, progress.rows_done / progress.rows_total) : null
}

/** The first characters of a digest: enough to tell two apart by eye. */
export const shortDigest = (digest: string): string => digest.replace('sha256:', '').slice(0, 10)

/** Kinds of faults, the most frequent first. */
export function faultKinds(dataset: Dataset): [string, number][] {
  return Object.entries(dataset.counts.faults ?? {}).sort(([, one], [, other]) => other - one)
}

export type KnobName = keyof Dataset['knobs']

/** The knobs that change something. */
export function turned(knobs: Dataset['knobs']): KnobName[] {
  const names: KnobName[] = []
  if ((knobs.trace_sampling ?? 1) < 1) names.push('trace_sampling')
  if (knobs.log_drop) names.push('log_drop')
  if (knobs.metric_step_s) names.push('metric_step_s')
  if (knobs.missing_services?.length) names.push('missing_services')
  if (knobs.onset_jitter_s) names.push('onset_jitter_s')
  if (knobs.train_fraction) names.push('train_fraction')
  return names
}

/** A knob's value as people read it. */
export function shownKnob(knobs: Dataset['knobs'], name: KnobName): string {
  const value = knobs[name]
  if (Array.isArray(value)) return value.join(', ')
  if (name === 'metric_step_s' || name === 'onset_jitter_s') return `${String(value)} s`
  return name === 'seed' ? String(value) : `${Math.round(Number(value) * 1000) / 10} %`
}
