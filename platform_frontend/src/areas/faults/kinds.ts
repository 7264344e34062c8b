/** Kinds by what they hit: the first word of their name. */
import type { Kind } from '@/api/types'

export const GROUPS = ['pod', 'resource', 'network', 'request', 'file', 'other'] as const
export type Group = (typeof GROUPS)[number]

const FIRST_WORDS: Record<string, Group> = {
  pod: 'pod', container: 'pod', process: 'pod', cpu: 'resource', memory: 'resource', network: 'network', http: 'request',
  io: 'file',
}

export const groupOf = (kind: Kind): Group => FIRST_WORDS[kind.name.split('-')[0] ?? ''] ?? 'other'

/** Those that the system can do come first. */
export function byGroup(kinds: readonly Kind[]): [Group, Kind[]][] {
  const sorted = [...kinds].sort((one, other) => Number(other.supported) - Number(one.supported))
  return GROUPS.map((group): [Group, Kind[]] => [group, sorted.filter((kind) => groupOf(kind) === group)]).filter(
    ([, found]) => found.length,
  )
}
