/** Faults of a range, drawn as bands on every chart and as separators in the lists. */
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import { api, call } from '@/api/client'
import type { Body, Topic } from '@/api/types'
import type { Range } from '@/shared/range/range'

export type Label = Body<'Label'>

/** One fault, on all its pods. */
export interface Band {
  injection: string
  kind: string
  pods: string[]
  services: string[]
  from: number
  /** Null: it lasts. */
  to: number | null
}

const PAGE = 100
const MOST_PAGES = 5

export function useLabels(range: MaybeRefOrGetter<Range>) {
  return useQuery({
    queryKey: ['labels', computed(() => toValue(range))],
    queryFn: () => labelsOf(toValue(range)),
    placeholderData: (before) => before,
    meta: { topics: ['injections'] satisfies Topic[] },
  })
}

/** All of a range, up to a sane number. */
async function labelsOf({ from, to }: Range): Promise<{ labels: Label[]; truncated: boolean }> {
  const labels: Label[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { from: String(Math.floor(from)), to: String(Math.ceil(to)), limit: PAGE, cursor }
    const answer = await call(api.GET('/api/v1/faults/labels', { params: { query } }))
    labels.push(...answer.results)
    if (!answer.cursor) return { labels, truncated: false }
    cursor = answer.cursor
  }
  return { labels, truncated: true }
}

export function useBands(range: MaybeRefOrGetter<Range>): ComputedRef<Band[]> {
  const { data } = useLabels(range)
  return computed(() => bandsOf(data.value?.labels ?? []))
}

export function bandsOf(labels: readonly Label[]): Band[] {
  const bands = new Map<string, Band>()
  for (const label of labels) {
    const band = bands.get(label.injection)
    if (band) add(band, label)
    else bands.set(label.injection, { ...begun(label) })
  }
  return [...bands.values()].sort((one, other) => one.from - other.from)
}

function begun(label: Label): Band {
  const { injection, kind, pod, service, start, end } = label
  return { injection, kind, pods: [pod], services: [service], from: start, to: end }
}

function add(band: Band, { pod, service, start, end }: Label): void {
  band.pods.push(pod)
  if (!band.services.includes(service)) band.services.push(service)
  band.from = Math.min(band.from, start)
  band.to = band.to === null || end === null ? null : Math.max(band.to, end)
}

export const during = (bands: readonly Band[], at: number): Band[] =>
  bands.filter((band) => band.from <= at && (band.to === null || band.to > at))
