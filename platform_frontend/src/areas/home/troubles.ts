/** What is not well, each by name. */
import type { Status } from '@/api/types'

type Say = (key: string, params: Record<string, unknown>) => string

export function troublesOf(status: Status, say: Say): string[] {
  return [
    ...(status.parts ?? [])
      .filter((part) => part.state !== 'running')
      .map((part) => say('home.trouble.part', { name: part.name, state: part.state })),
    ...(status.pods?.not_ready ?? []).map((pod) => say('shell.status.notReady', { pod })),
    ...(status.faults?.quarantine ?? []).map((pod) => say('shell.status.quarantined', { pod })),
    ...status.unknown.map((each) => say('home.trouble.unknown', { section: each.section, detail: each.detail })),
  ]
}
