/** What the list is narrowed to, as the address has it. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { Dataset } from '@/api/types'

export const STATES: Dataset['state'][] = ['queued', 'building', 'ready', 'failed', 'cancelled', 'deleting']
export const ORIGINS: Dataset['origin'][] = ['built', 'imported']

export interface Filter {
  search?: string
  state?: Dataset['state'][]
  format?: string[]
  origin?: Dataset['origin']
  campaign?: string
  by?: string
  cursor?: string
}

const all = (value: LocationQuery[string] | undefined): string[] =>
  [value ?? []].flat().filter((each): each is string => Boolean(each))
const one = (value: LocationQuery[string] | undefined): string | undefined => all(value)[0]

/** What is not known is left out: addresses come from anywhere. */
export function fromAddress(query: LocationQuery): Filter {
  const states = all(query.state).filter((each): each is Dataset['state'] => (STATES as string[]).includes(each))
  const formats = all(query.format)
  const origin = ORIGINS.find((each) => each === one(query.origin))
  return kept({
    search: one(query.search), state: states, format: formats, origin, campaign: one(query.campaign), by: one(query.by),
    cursor: one(query.cursor),
  })
}

export function toAddress(filter: Filter): LocationQueryRaw {
  return { ...kept(filter) }
}

export const isFiltered = (filter: Filter): boolean => Object.keys(filter).some((name) => name !== 'cursor')

/** Without what says nothing. */
function kept(filter: Filter): Filter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value.length > 0))
}
