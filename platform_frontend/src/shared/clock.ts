/** The time of day, ticking once a second for all who show it; by the platform's clock, not by this machine's. */
import { onScopeDispose, ref, type Ref } from 'vue'

const now = ref(Date.now())
let skew = 0
let users = 0
let timer = 0

/** What the platform's clock said in an answer, against ours. */
export function learnServerTime(date: string | null): void {
  const told = date ? Date.parse(date) : NaN
  if (Number.isNaN(told)) return
  const difference = told - Date.now()
  skew = Math.abs(difference) > 2000 ? difference : 0 // an answer's date has whole seconds, and takes a while
}

function tick(): void {
  if (!document.hidden) now.value = Date.now() + skew
}

/** To be called in a component's setup: ends with it. */
export function useNow(): Ref<number> {
  if (users++ === 0) timer = window.setInterval(tick, 1000)
  tick()
  onScopeDispose(() => {
    if (--users === 0) window.clearInterval(timer)
  })
  return now
}
