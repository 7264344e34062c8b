/**
 * Keeps what is shown up to date. One small question every second or two tells which topics moved; the queries that
 * name one of those in `meta.topics` are asked again, nothing else is. In a hidden tab nothing is asked.
 */
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/vue-query'
import { watch, type Ref } from 'vue'
import { api, call } from '@/api/client'
import type { Body, Topic } from '@/api/types'

type Revisions = Body<'Revisions'>

const EVERY_MS = 2000
const BUSY_MS = 1000

export function moved(before: Revisions | undefined, after: Revisions): Topic[] {
  if (!before) return []
  return (Object.keys(after) as Topic[]).filter((topic) => after[topic] !== before[topic])
}

export function refetch(client: QueryClient, topics: readonly Topic[]): void {
  if (!topics.length) return
  void client.invalidateQueries({
    predicate: (query) => (query.meta?.topics as Topic[] | undefined)?.some((each) => topics.includes(each)) ?? false,
  })
}

/** Once, in the shell. `busy`: something is under way that people watch. */
export function useChanges(busy: Ref<boolean>): void {
  const client = useQueryClient()
  const { data } = useQuery({
    queryKey: ['changes'],
    queryFn: () => call(api.GET('/api/v1/changes')),
    refetchInterval: () => (busy.value ? BUSY_MS : EVERY_MS),
    staleTime: 0,
  })
  watch(data, (after, before) => {
    if (after) refetch(client, moved(before, after))
  })
}
