/** What happened lately, and the newest of what was made of it. */
import { useQuery } from '@tanstack/vue-query'
import { api, call } from '@/api/client'
import type { Topic } from '@/api/types'

const EVERYTHING: Topic[] = ['injections', 'experiments', 'campaigns', 'events', 'datasets', 'system']

export function useActivity(limit: number) {
  return useQuery({
    queryKey: ['activity', limit],
    queryFn: () => call(api.GET('/api/v1/activity', { params: { query: { limit } } })),
    meta: { topics: EVERYTHING },
  })
}

export function useLatestDatasets(limit: number) {
  return useQuery({
    queryKey: ['datasets', 'latest', limit],
    queryFn: () => call(api.GET('/api/v1/datasets', { params: { query: { limit } } })),
    meta: { topics: ['datasets'] satisfies Topic[] },
  })
}

/** Of the last minutes. The end lies a little back, for what is written now is still on its way into the store. */
export function buildDataset(name: string, minutes: number, now: number) {
  const to = (Math.floor(now / 1000) - 5) * 1000
  const at = (moment: number): string => new Date(moment).toISOString() // a number would be microseconds
  return call(api.POST('/api/v1/datasets', { body: { name, from: at(to - minutes * 60_000), to: at(to) } }))
}
