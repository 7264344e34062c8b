/** What is looked for among traces: in the address, and as the API takes it. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { listOf } from '../logs/filter'
import type { TraceFilter } from '../queries'

export interface TraceSearch {
  services: string[]
  operation: string
  status: 'any' | 'ok' | 'error'
  /** Milliseconds. */
  least: number | null
  most: number | null
}

export const ANY_TRACE: TraceSearch = { services: [], operation: '', status: 'any', least: null, most: null }
const STATUS = ['any', 'ok', 'error'] as const

function milliseconds(value: LocationQuery[string] | undefined): number | null {
  const [text] = listOf(value)
  const number = text ? Number(text) : NaN
  return Number.isFinite(number) && number >= 0 ? number : null
}

export function traceSearchOf(query: LocationQuery): TraceSearch {
  return {
    services: listOf(query.service),
    operation: listOf(query.operation)[0] ?? '',
    status: STATUS.find((each) => each === query.status) ?? 'any',
    least: milliseconds(query.least),
    most: milliseconds(query.most),
  }
}

export function traceSearchQuery({ services, operation, status, least, most }: TraceSearch): LocationQueryRaw {
  return {
    service: services.length ? services : undefined,
    operation: operation || undefined,
    status: status === 'any' ? undefined : status,
    least: least === null ? undefined : String(least),
    most: most === null ? undefined : String(most),
  }
}

export function traceFilterOf({ services, operation, status, least, most }: TraceSearch): TraceFilter {
  return {
    ...(services.length && { services }),
    ...(operation && { operations: [operation] }),
    ...(status !== 'any' && { status }),
    ...(least !== null && { min_duration: Math.round(least * 1000) }),
    ...(most !== null && { max_duration: Math.round(most * 1000) }),
  }
}
