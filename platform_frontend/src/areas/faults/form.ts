/** The form of a new fault as plain values: from and to its address, and what it asks the platform for. */
import type { LocationQuery } from 'vue-router'
import type { Body, Kind, Parameter } from '@/api/types'
import type { PreviewRequest } from './queries'

export type Value = number | string | string[]
export type When = 'now' | 'at' | 'cron'

export interface FaultForm {
  kind: string
  pods: string[]
  services: string[]
  /** What was filled in; all else has the catalogue's default. */
  parameters: Record<string, Value>
  duration: number | null
  lastReplica: boolean
  when: When
  /** RFC 3339 */
  at: string
  cron: string
  timeZone: string
  name: string
}

export const emptyForm = (timeZone: string): FaultForm => ({
  kind: '', pods: [], services: [], parameters: {}, duration: null, lastReplica: false, when: 'now', at: '',
  cron: '', timeZone, name: '',
})

type Query = Record<string, string | string[]>
const PREFIX = 'p.'

/** Everything that is filled in lies in the address, so that a reload or a link brings the same form back. */
export function toQuery(form: FaultForm): Query {
  const query: Query = {}
  const put = (name: string, value: string | string[]) => {
    if (value.length) query[name] = value
  }
  put('kind', form.kind)
  put('service', form.services)
  put('pod', form.pods)
  for (const [name, value] of Object.entries(form.parameters)) {
    put(PREFIX + name, Array.isArray(value) ? value : String(value))
  }
  put('duration', form.duration === null ? '' : String(form.duration))
  put('lastReplica', form.lastReplica ? '1' : '')
  if (form.when !== 'now') put('when', form.when)
  if (form.when === 'at') put('at', form.at)
  if (form.when === 'cron') {
    put('cron', form.cron)
    put('zone', form.timeZone)
  }
  put('name', form.name)
  return query
}

export function fromQuery(query: LocationQuery, kinds: readonly Kind[], timeZone: string): FaultForm {
  const one = (name: string) => many(name)[0] ?? ''
  const many = (name: string) => [query[name] ?? []].flat().filter((each): each is string => typeof each === 'string')
  const kind = kinds.find((each) => each.name === one('kind'))
  const duration = Number(one('duration'))
  const when = one('when')
  const parameters: Record<string, Value> = {}
  for (const parameter of kind?.parameters ?? []) {
    const given = many(PREFIX + parameter.name)
    const value = given.length ? valueOf(parameter, given) : undefined
    if (value !== undefined) parameters[parameter.name] = value
  }
  return {
    kind: kind?.name ?? '',
    services: many('service'),
    pods: many('pod'),
    parameters,
    duration: duration > 0 ? duration : null,
    lastReplica: one('lastReplica') === '1',
    when: when === 'at' || when === 'cron' ? when : 'now',
    at: one('at'),
    cron: one('cron'),
    timeZone: one('zone') || timeZone,
    name: one('name'),
  }
}

function valueOf(parameter: Parameter, given: string[]): Value | undefined {
  if (parameter.type === 'strings') return given
  const [text = ''] = given
  if (parameter.type !== 'integer' && parameter.type !== 'number') return text
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** Names of the parameters that must be filled in and are not. */
export function missing(form: FaultForm, kind: Kind): string[] {
  return kind.parameters
    .filter((each) => each.required && (form.parameters[each.name] ?? '') === '')
    .map((each) => each.name)
}

/** Null while it is not complete enough to be asked about. */
export function previewRequest(form: FaultForm, kind: Kind | undefined): PreviewRequest | null {
  if (!kind || missing(form, kind).length) return null
  if (!form.pods.length && !form.services.length) return null
  if (form.when === 'at' && !form.at) return null
  if (form.when === 'cron' && !form.cron.trim()) return null
  return { ...injectionRequest(form), schedule: schedule(form) }
}

export function injectionRequest(form: FaultForm): Body<'InjectionCreateRequest'> {
  return {
    kind: form.kind,
    ...(form.pods.length ? { pods: form.pods } : {}),
    ...(form.services.length ? { services: form.services } : {}),
    ...(Object.keys(form.parameters).length ? { parameters: form.parameters } : {}),
    ...(form.duration === null ? {} : { duration_s: form.duration }),
    ...(form.lastReplica ? { allow_last_replica: true } : {}),
  }
}

export function experimentRequest(form: FaultForm): Body<'ExperimentCreateRequest'> {
  return { ...injectionRequest(form), name: form.name.trim() || form.kind, schedule: schedule(form) }
}

function schedule(form: FaultForm): Body<'ScheduleRequest'> {
  if (form.when === 'at') return { type: 'at', at: form.at }
  if (form.when === 'cron') return { type: 'cron', cron: form.cron.trim(), time_zone: form.timeZone }
  return { type: 'now' }
}
