/** One hook for each question of this area. `meta.range`: asked anew when the range is refreshed. */
import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, call } from '@/api/client'
import type { Body } from '@/api/types'
import type { paths } from '@/api/schema'
import type { Range } from '@/shared/range/range'

type QueryOf<Path extends keyof paths> = NonNullable<
  paths[Path] extends { get: { parameters: { query?: infer Query } } } ? Query : never
>

export type Log = Body<'Log'>
export type Trace = Body<'Trace'>
export type Span = Body<'Span'>
export type Metric = Body<'Metric'>
export type LogFilter = Omit<QueryOf<'/api/v1/telemetry/logs'>, 'from' | 'to' | 'cursor' | 'limit'>
export type TraceFilter = Omit<QueryOf<'/api/v1/telemetry/traces'>, 'from' | 'to' | 'cursor' | 'limit'>
export type SeriesQuery = Omit<QueryOf<'/api/v1/telemetry/metrics/range'>, 'from' | 'to'>

const LOG_PAGE = 500
const TRACE_PAGE = 200
export const HISTOGRAM_STEPS = 80

/** The API takes UTC microseconds, whole ones. */
export const asked = ({ from, to }: Range) => ({ from: String(Math.floor(from)), to: String(Math.ceil(to)) })
const again = { range: true }

export function useLogs(range: MaybeRefOrGetter<Range>, filter: MaybeRefOrGetter<LogFilter>, enabled: MaybeRefOrGetter<boolean>) {
  return useInfiniteQuery({
    queryKey: ['logs', computed(() => toValue(range)), computed(() => toValue(filter))],
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET('/api/v1/telemetry/logs', {
          params: { query: { ...toValue(filter), ...asked(toValue(range)), limit: LOG_PAGE, cursor: pageParam } }, signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor ?? undefined,
    enabled: computed(() => toValue(enabled)),
    // A hundred thousand lines: neither compared with the answer before, nor each made reactive.
    structuralSharing: false,
    shallow: true,
    refetchOnWindowFocus: false,
    staleTime: Infinity,
    meta: again,
  })
}

export function useHistogram(range: MaybeRefOrGetter<Range>, filter: MaybeRefOrGetter<LogFilter>, step: MaybeRefOrGetter<number>) {
  return useQuery({
    queryKey: ['logs', 'histogram', computed(() => toValue(range)), computed(() => toValue(filter))],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/v1/telemetry/logs/histogram', {
          params: { query: { ...toValue(filter), ...asked(toValue(range)), step: toValue(step) } }, signal,
        }),
      ),
    placeholderData: (before) => before,
    meta: again,
  })
}

export function arrivals(filter: LogFilter, cursor: string | undefined, limit: number, signal: AbortSignal) {
  return call(api.GET('/api/v1/telemetry/logs/arrivals', { params: { query: { ...filter, cursor, limit } }, signal }))
}

export function useLogsAround(log: MaybeRefOrGetter<Log | null>, samePod: MaybeRefOrGetter<boolean>, lines: number) {
  return useQuery({
    queryKey: ['logs', 'around', computed(() => toValue(log)?.log_id), computed(() => toValue(samePod))],
    queryFn: () => {
      const { log_id, timestamp, pod } = toValue(log) as Log
      const query = { log_id, timestamp: String(timestamp), before: lines, after: lines, pods: toValue(samePod) ? [pod] : [] }
      return call(api.GET('/api/v1/telemetry/logs/around', { params: { query } }))
    },
    enabled: computed(() => toValue(log) !== null),
    placeholderData: (before) => before,
  })
}

export function useTraces(range: MaybeRefOrGetter<Range>, filter: MaybeRefOrGetter<TraceFilter>) {
  return useInfiniteQuery({
    queryKey: ['traces', computed(() => toValue(range)), computed(() => toValue(filter))],
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET('/api/v1/telemetry/traces', {
          params: { query: { ...toValue(filter), ...asked(toValue(range)), limit: TRACE_PAGE, cursor: pageParam } }, signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: (before) => before,
    meta: again,
  })
}

/** Single spans, to plot: root spans, or those of the filter. Of many, the longest and an even choice of the others. */
export function useDurationPoints(range: MaybeRefOrGetter<Range>, filter: MaybeRefOrGetter<TraceFilter>) {
  const spans = computed(() => {
    const { services, operations } = toValue(filter)
    return { services, operations }
  })
  return useQuery({
    queryKey: ['traces', 'points', computed(() => toValue(range)), spans],
    queryFn: ({ signal }) =>
      call(api.GET('/api/v1/telemetry/traces/points', { params: { query: { ...spans.value, ...asked(toValue(range)) } }, signal })),
    placeholderData: (before) => before,
    meta: again,
  })
}

export function useTrace(traceId: MaybeRefOrGetter<string>, range: MaybeRefOrGetter<Range | null> = null) {
  return useQuery({
    queryKey: ['trace', computed(() => toValue(traceId))],
    queryFn: () => {
      const window = toValue(range)
      const params = { path: { trace_id: toValue(traceId) }, query: window ? asked(window) : {} }
      return call(api.GET('/api/v1/telemetry/traces/{trace_id}', { params }))
    },
    enabled: computed(() => Boolean(toValue(traceId))),
  })
}

const MOST_LOGS_OF_TRACE = 1000

export function useLogsOfTrace(traceId: MaybeRefOrGetter<string>, range: MaybeRefOrGetter<Range | null>) {
  return useQuery({
    queryKey: ['logs', 'trace', computed(() => toValue(traceId))],
    queryFn: () => {
      const query = { trace_id: toValue(traceId), limit: MOST_LOGS_OF_TRACE, ...asked(toValue(range) as Range) }
      return call(api.GET('/api/v1/telemetry/logs', { params: { query } }))
    },
    enabled: computed(() => toValue(range) !== null),
  })
}

export function useMetrics(range: MaybeRefOrGetter<Range>) {
  return useQuery({
    queryKey: ['metrics', computed(() => toValue(range))],
    queryFn: () => call(api.GET('/api/v1/telemetry/metrics', { params: { query: asked(toValue(range)) } })),
    placeholderData: (before) => before,
    meta: again,
  })
}

/** Null: there is nothing to ask. */
export function useSeries(range: MaybeRefOrGetter<Range>, query: MaybeRefOrGetter<SeriesQuery | null>) {
  return useQuery({
    queryKey: ['metrics', 'range', computed(() => toValue(range)), computed(() => toValue(query))],
    queryFn: ({ signal }) =>
      call(
        api.GET('/api/v1/telemetry/metrics/range', {
          params: { query: { ...(toValue(query) as SeriesQuery), ...asked(toValue(range)) } }, signal,
        }),
      ),
    enabled: computed(() => toValue(query) !== null),
    placeholderData: (before) => before,
    meta: again,
  })
}
