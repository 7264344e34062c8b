/** What is looked for in the logs: in the address, and as the API takes it. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { LogFilter } from '../queries'

export const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const
export type Level = (typeof LEVELS)[number]

export interface LogSearch {
  text: string
  regex: boolean
  services: string[]
  pods: string[]
  levels: Level[]
  trace: string
}

export const NOTHING: LogSearch = { text: '', regex: false, services: [], pods: [], levels: [], trace: '' }
const TRACE = /^[0-9a-f]{32}$/

export const listOf = (value: LocationQuery[string] | undefined): string[] =>
  [value ?? []].flat().filter((each): each is string => Boolean(each))

export function searchOf(query: LocationQuery): LogSearch {
  const trace = listOf(query.trace)[0] ?? ''
  const levels = listOf(query.level)
  return {
    text: listOf(query.q)[0] ?? '',
    regex: query.regex === '1',
    services: listOf(query.service),
    pods: listOf(query.pod),
    levels: LEVELS.filter((level) => levels.includes(level)),
    trace: TRACE.test(trace) ? trace : '',
  }
}

export function searchQuery(search: LogSearch): LocationQueryRaw {
  return {
    q: search.text || undefined,
    regex: search.regex ? '1' : undefined,
    service: search.services.length ? search.services : undefined,
    pod: search.pods.length ? search.pods : undefined,
    level: search.levels.length ? search.levels : undefined,
    trace: search.trace || undefined,
  }
}

export function filterOf({ text, regex, services, pods, levels, trace }: LogSearch): LogFilter {
  return {
    ...(text && (regex ? { regex: text } : { search: text })),
    ...(services.length && { services }),
    ...(pods.length && { pods }),
    ...(levels.length && { levels }),
    ...(trace && { trace_id: trace }),
  }
}
