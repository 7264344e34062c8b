import { QueryClient } from '@tanstack/vue-query'
import { expect, test, vi } from 'vitest'
import type { Topic } from '@/api/types'
import { moved, refetch } from './changes'

const REVISIONS = { injections: 1, experiments: 1, campaigns: 1, events: 1, datasets: 1, users: 1, system: 1 }

test('the first answer moves nothing: what is shown has just been asked for', () => {
  expect(moved(undefined, REVISIONS)).toEqual([])
})

test('only the topics whose revision differs have moved', () => {
  expect(moved(REVISIONS, { ...REVISIONS, datasets: 2, system: 5 })).toEqual(['datasets', 'system'])
})

test('only the queries that name a moved topic are asked again', async () => {
  const client = new QueryClient()
  const ask = { datasets: vi.fn(() => 1), injections: vi.fn(() => 1) }
  for (const topic of ['datasets', 'injections'] as const) {
    const topics: Topic[] = [topic]
    await client.fetchQuery({ queryKey: [topic], queryFn: ask[topic], meta: { topics } })
  }
  refetch(client, ['datasets'])
  expect(client.getQueryState(['datasets'])?.isInvalidated).toBe(true)
  expect(client.getQueryState(['injections'])?.isInvalidated).toBe(false)
})
