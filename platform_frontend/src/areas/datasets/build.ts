/** The form of a build, as the address has it, and what it asks the platform for. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { Body, Dataset } from '@/api/types'
import type { BuildRequest } from './queries'

export type Knobs = Required<Body<'DatasetKnobsRequest'>>

export interface BuildForm {
  of: 'range' | 'campaign'
  /** Milliseconds since the epoch. */
  from: number | null
  to: number | null
  campaign: string
  name: string
  format: string
  notes: string
  knobs: Knobs
}

export const NEUTRAL: Readonly<Knobs> = {
  trace_sampling: 1, log_drop: 0, metric_step_s: 0, missing_services: [], onset_jitter_s: 0, train_fraction: null, seed: 0,
}

/** What is written now is still on its way into the store. */
export const SETTLES_MS = 5000

export function emptyForm(): BuildForm {
  return { of: 'range', from: null, to: null, campaign: '', name: '', format: 'csv', notes: '', knobs: { ...NEUTRAL, missing_services: [] } }
}

/** The knobs that were turned; a seed alone changes nothing. */
export function turnedKnobs(knobs: Knobs): Body<'DatasetKnobsRequest'> {
  const turned = Object.entries(knobs).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(NEUTRAL[name as keyof Knobs]),
  )
  return turned.some(([name]) => name !== 'seed') ? Object.fromEntries(turned) : {}
}

export function lastMinutes(minutes: number, now: number): { from: number; to: number } {
  const to = Math.floor((now - SETTLES_MS) / 1000) * 1000
  return { from: to - minutes * 60_000, to }
}

const iso = (at: number): string => new Date(at).toISOString()

/** The window of the form; null while it is none. */
export function windowOf(form: BuildForm): { from: string; to: string } | null {
  const { from, to } = form
  return from !== null && to !== null && from < to ? { from: iso(from), to: iso(to) } : null
}

/** Null while something is missing. */
export function buildRequest(form: BuildForm, otherwise: string): BuildRequest | null {
  const window = windowOf(form)
  const time = form.of === 'campaign' ? (form.campaign ? { campaign: form.campaign } : null) : window
  if (!time) return null
  const knobs = turnedKnobs(form.knobs)
  return {
    name: form.name.trim() || otherwise,
    format: form.format as NonNullable<BuildRequest['format']>,
    ...time,
    ...(Object.keys(knobs).length ? { knobs } : {}),
    ...(form.notes.trim() ? { notes: form.notes.trim() } : {}),
  }
}

/** A name that tells the time, or the campaign; only what the platform accepts. */
export function proposedName(form: BuildForm, campaign: string | undefined): string {
  const start = form.of === 'campaign' ? campaign : form.from === null ? '' : stamp(form.from)
  return (start ?? '').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 100) || 'dataset'
}

/** dataset-20261126-0412, in UTC as all that leaves the platform. */
const stamp = (at: number): string => `dataset-${iso(at).slice(0, 16).replace(/[-:]/g, '').replace('T', '-')}`

const one = (value: LocationQuery[string] | undefined): string => [value].flat()[0] ?? ''

export function fromQuery(query: LocationQuery): BuildForm {
  const form = emptyForm()
  const from = Date.parse(one(query.from))
  const to = Date.parse(one(query.to))
  form.campaign = one(query.campaign)
  form.of = form.campaign || one(query.of) === 'campaign' ? 'campaign' : 'range'
  if (!Number.isNaN(from)) form.from = from
  if (!Number.isNaN(to)) form.to = to
  form.name = one(query.name)
  form.format = one(query.format) || form.format
  form.notes = one(query.notes)
  for (const [name, value] of Object.entries(query)) {
    if (name.startsWith('k.')) turn(form.knobs, name.slice(2), [value].flat().map((each) => each ?? ''))
  }
  return form
}

function turn(knobs: Knobs, name: string, values: string[]): void {
  if (name === 'missing_services') knobs.missing_services = values
  else if (name in NEUTRAL && !Number.isNaN(Number(values[0])) && values[0] !== '') {
    Object.assign(knobs, { [name]: Number(values[0]) })
  }
}

export function toQuery(form: BuildForm): LocationQueryRaw {
  const query: LocationQueryRaw = {}
  if (form.of === 'campaign') Object.assign(query, form.campaign ? { campaign: form.campaign } : { of: 'campaign' })
  else {
    if (form.from !== null) query.from = iso(form.from)
    if (form.to !== null) query.to = iso(form.to)
  }
  if (form.name) query.name = form.name
  if (form.format !== 'csv') query.format = form.format
  if (form.notes) query.notes = form.notes
  for (const [name, value] of Object.entries(turnedKnobs(form.knobs))) {
    query[`k.${name}`] = Array.isArray(value) ? value : String(value)
  }
  return query
}

/** The form as it was for a dataset that was built; under a name of its own. */
export function againQuery(dataset: Dataset): LocationQueryRaw {
  const form = emptyForm()
  form.of = dataset.campaign ? 'campaign' : 'range'
  form.campaign = dataset.campaign ?? ''
  form.from = dataset.from === null ? null : Math.floor(dataset.from / 1000)
  form.to = dataset.to === null ? null : Math.ceil(dataset.to / 1000)
  form.format = dataset.format
  Object.assign(form.knobs, dataset.knobs)
  return toQuery(form)
}
