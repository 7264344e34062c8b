/** The range of the address as reactive values, and how to change it. See range.ts. */
import { computed, onScopeDispose, ref, watch, type ComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import { DEFAULT_LAST, fixedOf, fixedQuery, lastSeconds, rangeOf, shifted, zoomed, type Range } from './range'

const LIVE_MS = 5000

/** When "now" was, for ranges that end now: the same for all who ask until someone refreshes. */
const asOf = ref(Date.now())

export interface RangeHandle {
  range: ComputedRef<Range>
  /** `15m`, or null when it stands still. */
  last: ComputedRef<string | null>
  live: ComputedRef<boolean>
  set: (range: Range) => void
  setLast: (last: string) => void
  setLive: (live: boolean) => void
  zoom: (factor: number) => void
  shift: (lengths: number) => void
  refresh: () => void
}

export function useRange(): RangeHandle {
  const route = useRoute()
  const router = useRouter()
  const range = computed(() => rangeOf(route.query, asOf.value))
  const last = computed(() => {
    if (fixedOf(route.query)) return null
    return lastSeconds(route.query.last) ? String(route.query.last) : DEFAULT_LAST
  })
  const live = computed(() => last.value !== null && route.query.live === '1')

  function refresh(): void {
    asOf.value = Date.now()
  }

  function go(wanted: LocationQueryRaw): void {
    const none = { last: undefined, from: undefined, to: undefined, live: undefined }
    void router.push({ query: { ...route.query, ...none, ...wanted } })
  }

  return {
    range, last, live, refresh,
    set: (wanted) => { go({ ...fixedQuery(wanted) }) },
    setLast: (wanted) => {
      refresh()
      go({ last: wanted, ...(live.value ? { live: '1' } : {}) })
    },
    setLive: (wanted) => {
      refresh()
      go({ last: last.value ?? DEFAULT_LAST, ...(wanted ? { live: '1' } : {}) })
    },
    zoom: (factor) => { go({ ...fixedQuery(zoomed(range.value, factor, Date.now())) }) },
    shift: (lengths) => { go({ ...fixedQuery(shifted(range.value, lengths, Date.now())) }) },
  }
}

/**
 * Moves live ranges on. Once in the page that has the picker; stops in hidden tabs and ends with the page. `waiting`:
 * answers about the range are still on their way, which moving on would throw away.
 */
export function useRangeClock(live: ComputedRef<boolean>, waiting: () => boolean): void {
  asOf.value = Date.now()
  let timer = 0
  watch(
    live,
    (on) => {
      window.clearInterval(timer)
      if (on) timer = window.setInterval(() => { tick(waiting) }, LIVE_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => { window.clearInterval(timer) })
}

function tick(waiting: () => boolean): void {
  if (!document.hidden && !waiting()) asOf.value = Date.now()
}
