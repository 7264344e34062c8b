/** One hook for each question of this area, and one function for each order. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { api, call } from '@/api/client'
import type { Body, Dataset, Topic } from '@/api/types'

export type BuildRequest = Body<'DatasetCreateRequest'>

export interface ListQuery {
  search?: string
  state?: Dataset['state'][]
  format?: string[]
  origin?: Dataset['origin']
  campaign?: string
  by?: string
  cursor?: string
  limit?: number
}

const topics = (...names: Topic[]) => ({ topics: names })
const path = (id: string) => ({ params: { path: { dataset_id: id } } })

export function useDatasets(query: MaybeRefOrGetter<ListQuery>) {
  return useQuery({
    queryKey: ['datasets', 'list', computed(() => toValue(query))],
    queryFn: () => call(api.GET('/api/v1/datasets', { params: { query: toValue(query) } })),
    placeholderData: (before) => before,
    meta: topics('datasets'),
  })
}

export function useDataset(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: ['datasets', 'one', computed(() => toValue(id))],
    queryFn: () => call(api.GET('/api/v1/datasets/{dataset_id}', path(toValue(id)))),
    // How far a build is, is told without a new revision.
    refetchInterval: ({ state }) => (isAtWork(state.data) ? 1000 : false),
    meta: topics('datasets'),
  })
}

/** Of a ready one; it never changes. */
export function useCard(id: MaybeRefOrGetter<string>, ready: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: ['datasets', 'card', computed(() => toValue(id))],
    queryFn: async () => {
      const params = { path: { dataset_id: toValue(id) }, query: { format: 'json' as const } }
      // The other answer is the Markdown that `format` can ask for.
      return (await call(api.GET('/api/v1/datasets/{dataset_id}/card', { params }))) as Body<'DatasetCard'>
    },
    enabled: computed(() => toValue(ready)),
    staleTime: Infinity,
  })
}

/** Faults that touch a window: what a dataset of it would have labels of. */
export function useFaultsWithin(window: MaybeRefOrGetter<{ from: string; to: string } | null>) {
  return useQuery({
    queryKey: ['injections', 'within', computed(() => toValue(window))],
    queryFn: () =>
      call(api.GET('/api/v1/faults/injections', { params: { query: { ...toValue(window), limit: 200 } } })),
    enabled: computed(() => toValue(window) !== null),
    placeholderData: (before) => before,
    meta: topics('injections'),
  })
}

export function useCampaigns() {
  return useQuery({
    queryKey: ['campaigns', 'latest'],
    queryFn: () => call(api.GET('/api/v1/campaigns', { params: { query: { limit: 100 } } })),
    meta: topics('campaigns'),
  })
}

export function useServiceNames() {
  return useQuery({
    queryKey: ['services'],
    queryFn: () => call(api.GET('/api/v1/system/services')),
    staleTime: 60_000,
    meta: topics('system'),
  })
}

export const isAtWork = (dataset: Dataset | undefined): boolean =>
  dataset?.state === 'queued' || dataset?.state === 'building'

export function buildDataset(body: BuildRequest) {
  return call(api.POST('/api/v1/datasets', { body }))
}

export function changeDataset(id: string, body: { keep?: boolean; notes?: string }) {
  return call(api.PATCH('/api/v1/datasets/{dataset_id}', { ...path(id), body }))
}

export function cancelDataset(id: string) {
  return call(api.POST('/api/v1/datasets/{dataset_id}/cancel', path(id)))
}

export function deleteDataset(id: string) {
  return call(api.DELETE('/api/v1/datasets/{dataset_id}', path(id)))
}

/** One byte: tells before the browser leaves for the whole whether it can be had now. */
export function tryDownload(id: string) {
  return call(
    api.GET('/api/v1/datasets/{dataset_id}/download', {
      params: { path: { dataset_id: id }, header: { Range: 'bytes=0-0' } },
      parseAs: 'blob',
    }),
  )
}
