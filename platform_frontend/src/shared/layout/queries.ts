/** What the shell itself shows on every page. */
import { useQuery } from '@tanstack/vue-query'
import { api, call } from '@/api/client'
import type { Topic } from '@/api/types'

const STATUS_MS = 5000

export function useStatus() {
  return useQuery({
    queryKey: ['status'],
    queryFn: () => call(api.GET('/api/v1/status')),
    refetchInterval: STATUS_MS,
    meta: { topics: ['injections', 'campaigns', 'system'] satisfies Topic[] },
  })
}

/** Settings, which change only when the platform is started anew; and how much of one's quota is used. */
export function useConfig() {
  return useQuery({
    queryKey: ['config'],
    queryFn: () => call(api.GET('/api/v1/config')),
    staleTime: 60_000,
    meta: { topics: ['datasets'] satisfies Topic[] },
  })
}
