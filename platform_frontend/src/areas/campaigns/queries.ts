/** One hook for each question of this area, and one function for each order. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { api, call } from '@/api/client'
import type { Body, Topic } from '@/api/types'
import type { JsonSchema } from './editor/jsonSchema'

export type Campaign = Body<'Campaign'>
export type CampaignDetail = Body<'CampaignDetail'>

const meta = { topics: ['campaigns'] satisfies Topic[] }
const path = (id: string) => ({ params: { path: { campaign_id: id } } })
/** Not in the description of the API, being one itself; it is asked for as its neighbour is. */
const SCHEMA = '/api/v1/campaigns/schema' as '/api/v1/campaigns/library'
/** The file goes as it is, comments included. */
const asYaml = (text: string) => ({
  body: text, bodySerializer: (body: unknown) => body as string, headers: { 'Content-Type': 'application/yaml' },
})

export const OPEN_STATES: Campaign['state'][] = ['planned', 'running', 'stopping']
export const isOpen = (campaign: Campaign): boolean => OPEN_STATES.includes(campaign.state)

export function useCampaigns(cursor: MaybeRefOrGetter<string | undefined>) {
  return useQuery({
    queryKey: ['campaigns', 'list', computed(() => toValue(cursor))],
    queryFn: () => call(api.GET('/api/v1/campaigns', { params: { query: { limit: 20, cursor: toValue(cursor) } } })),
    placeholderData: (before) => before,
    meta,
  })
}

export function useCampaign(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: ['campaigns', 'one', computed(() => toValue(id))],
    queryFn: () => call(api.GET('/api/v1/campaigns/{campaign_id}', path(toValue(id)))),
    enabled: computed(() => Boolean(toValue(id))),
    // Its steps' effects come to be known without a new revision of campaigns.
    refetchInterval: ({ state }) => (state.data && isOpen(state.data) ? 2000 : false),
    meta: { topics: ['campaigns', 'injections'] satisfies Topic[] },
  })
}

/** The files that come along: the same as long as the platform runs. */
export function useLibrary() {
  return useQuery({ queryKey: ['campaigns', 'library'], queryFn: () => call(api.GET('/api/v1/campaigns/library')), staleTime: 5 * 60_000 })
}

export function useSavedCampaigns(search: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: ['campaigns', 'saved', computed(() => toValue(search))],
    queryFn: () => call(api.GET('/api/v1/campaigns/saved', { params: { query: { search: toValue(search) || undefined, limit: 50 } } })),
    placeholderData: (before) => before,
    meta,
  })
}

export function getSaved(id: string) {
  return call(api.GET('/api/v1/campaigns/saved/{saved_id}', { params: { path: { saved_id: id } } }))
}

export function getCampaign(id: string) {
  return call(api.GET('/api/v1/campaigns/{campaign_id}', path(id)))
}

export function getLibrary() {
  return call(api.GET('/api/v1/campaigns/library'))
}

export function useSchema() {
  return useQuery({
    queryKey: ['campaigns', 'schema'],
    queryFn: async () => (await call(api.GET(SCHEMA))) as unknown as JsonSchema,
    staleTime: Infinity,
  })
}

/** What a text would do; a refusal says where in it what is wrong. Null: there is none to ask about yet. */
export function usePlan(text: MaybeRefOrGetter<string | null>) {
  return useQuery({
    queryKey: ['campaigns', 'plan', computed(() => toValue(text))],
    queryFn: () => call(api.POST('/api/v1/campaigns/plan', asYaml(toValue(text) ?? ''))),
    enabled: computed(() => toValue(text) !== null),
    retry: false,
    meta: { topics: ['system'] satisfies Topic[] },
  })
}

export function startCampaign(text: string) {
  return call(api.POST('/api/v1/campaigns', asYaml(text)))
}

export function stopCampaign(id: string) {
  return call(api.POST('/api/v1/campaigns/{campaign_id}/stop', path(id)))
}

export function saveNew(body: { name: string; text: string }) {
  return call(api.POST('/api/v1/campaigns/saved', { body }))
}

/** `version`: the one that was read; 409 when somebody has saved another meanwhile. */
export function saveAgain(id: string, body: { text: string; version: number }) {
  return call(api.PATCH('/api/v1/campaigns/saved/{saved_id}', { params: { path: { saved_id: id } }, body }))
}

export function deleteSaved(id: string) {
  return call(api.DELETE('/api/v1/campaigns/saved/{saved_id}', { params: { path: { saved_id: id } } }))
}
