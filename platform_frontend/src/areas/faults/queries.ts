/** One hook for each question of this area. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { api, call } from '@/api/client'
import type { Body, Injection, Topic } from '@/api/types'

export type InjectionState = Injection['state']
export const OPEN_STATES: InjectionState[] = ['planned', 'applying', 'active', 'recovering']

const topics = (...names: Topic[]) => ({ topics: names })

export function useInjections(query: MaybeRefOrGetter<{ state?: InjectionState[]; limit?: number; cursor?: string }>) {
  return useQuery({
    queryKey: ['injections', computed(() => toValue(query))],
    queryFn: () => call(api.GET('/api/v1/faults/injections', { params: { query: toValue(query) } })),
    placeholderData: (before) => before,
    meta: topics('injections'),
  })
}

export function useInjection(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: ['injection', computed(() => toValue(id))],
    queryFn: () =>
      call(api.GET('/api/v1/faults/injections/{injection_id}', { params: { path: { injection_id: toValue(id) } } })),
    enabled: computed(() => Boolean(toValue(id))),
    meta: topics('injections'),
  })
}

/** What there is, and what of it the system at hand can do: the same as long as the platform runs. */
export function useKinds() {
  return useQuery({ queryKey: ['kinds'], queryFn: () => call(api.GET('/api/v1/faults/kinds')), staleTime: 5 * 60_000 })
}

export function usePods() {
  return useQuery({
    queryKey: ['pods'],
    queryFn: () => call(api.GET('/api/v1/system/pods')),
    refetchInterval: 5000,
    meta: topics('system'),
  })
}

export type PreviewRequest = Body<'PreviewRequestRequest'>

/** Null while the form is not complete enough to be asked about. */
export function usePreview(request: MaybeRefOrGetter<PreviewRequest | null>) {
  return useQuery({
    queryKey: ['preview', computed(() => toValue(request))],
    queryFn: () => call(api.POST('/api/v1/faults/preview', { body: toValue(request) as PreviewRequest })),
    enabled: computed(() => toValue(request) !== null),
    placeholderData: (before) => before,
    meta: topics('injections', 'system'),
  })
}

export function stopInjection(id: string) {
  return call(api.POST('/api/v1/faults/injections/{injection_id}/stop', { params: { path: { injection_id: id } } }))
}

export function useServices() {
  return useQuery({
    queryKey: ['services'],
    queryFn: () => call(api.GET('/api/v1/system/services')),
    staleTime: 60_000,
    meta: topics('system'),
  })
}

export function startInjection(body: Body<'InjectionCreateRequest'>) {
  return call(api.POST('/api/v1/faults/injections', { body }))
}

export function startExperiment(body: Body<'ExperimentCreateRequest'>) {
  return call(api.POST('/api/v1/faults/experiments', { body }))
}

/** What was, is and will be in a window of time. */
export function useCalendar(window: MaybeRefOrGetter<{ from: string; to: string }>) {
  return useQuery({
    queryKey: ['calendar', computed(() => toValue(window))],
    queryFn: () => call(api.GET('/api/v1/faults/calendar', { params: { query: toValue(window) } })),
    placeholderData: (before) => before,
    meta: topics('injections', 'experiments', 'campaigns'),
  })
}

export type Experiment = Body<'Experiment'>
type Verb = 'pause' | 'resume' | 'stop'

/** Newest first. */
export function useExperiments(query: MaybeRefOrGetter<{ limit?: number; cursor?: string }>) {
  return useQuery({
    queryKey: ['experiments', computed(() => toValue(query))],
    queryFn: () => call(api.GET('/api/v1/faults/experiments', { params: { query: toValue(query) } })),
    placeholderData: (before) => before,
    meta: topics('experiments', 'injections'),
  })
}

const ofExperiment = (id: string) => ({ params: { path: { experiment_id: id } } })

export function useExperiment(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: ['experiment', computed(() => toValue(id))],
    queryFn: () => call(api.GET('/api/v1/faults/experiments/{experiment_id}', ofExperiment(toValue(id)))),
    meta: topics('experiments', 'injections'),
  })
}

/** What came of its times, newest first. */
export function useOccurrences(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: ['occurrences', computed(() => toValue(id))],
    queryFn: () => call(api.GET('/api/v1/faults/experiments/{experiment_id}/history', ofExperiment(toValue(id)))),
    meta: topics('experiments', 'injections'),
  })
}

/** What it ordered since when, and who changed it. */
export function useVersions(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: ['versions', computed(() => toValue(id))],
    queryFn: () => call(api.GET('/api/v1/faults/experiments/{experiment_id}/versions', ofExperiment(toValue(id)))),
    meta: topics('experiments'),
  })
}

export function orderExperiment(id: string, verb: Verb) {
  if (verb === 'pause') return call(api.POST('/api/v1/faults/experiments/{experiment_id}/pause', ofExperiment(id)))
  if (verb === 'resume') return call(api.POST('/api/v1/faults/experiments/{experiment_id}/resume', ofExperiment(id)))
  return call(api.POST('/api/v1/faults/experiments/{experiment_id}/stop', ofExperiment(id)))
}

export function deleteExperiment(id: string) {
  return call(api.DELETE('/api/v1/faults/experiments/{experiment_id}', ofExperiment(id)))
}
