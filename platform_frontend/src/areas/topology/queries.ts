/** Who calls whom in a window of time, and how each service does. */
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, call } from '@/api/client'
import type { Body, Topic } from '@/api/types'
import type { Range } from '@/shared/range/range'

export type Edge = Body<'Edge'>
export type ServiceNode = Body<'Node'>

export function useTopology(range: MaybeRefOrGetter<Range>) {
  return useQuery({
    queryKey: ['topology', computed(() => toValue(range))],
    queryFn: ({ signal }) => {
      const { from, to } = toValue(range)
      const query = { from: String(Math.floor(from)), to: String(Math.ceil(to)) }
      return call(api.GET('/api/v1/topology', { params: { query }, signal }))
    },
    placeholderData: (before) => before,
    meta: { topics: ['system'] satisfies Topic[], range: true },
  })
}
