/** Follows the logs in the order of their arrival, so that late lines are not lost. Rests in hidden tabs. */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { arrivals, type Log, type LogFilter } from '../queries'
import { onTop } from '../marks'

const EVERY_MS = 1000
const LIMIT = 1000
export const MOST_LINES = 100_000

export interface Tail {
  lines: ShallowRef<readonly Log[]>
  problem: Ref<Problem | null>
  /** There is a place to go on from: what arrives now is not missed. */
  begun: Ref<boolean>
}

export function useTail(on: Ref<boolean>, filter: Ref<LogFilter>): Tail {
  const lines = shallowRef<readonly Log[]>([])
  const problem = ref<Problem | null>(null)
  const begun = ref(false)
  let stopped: AbortController | null = null
  let timer = 0

  function stop(): void {
    stopped?.abort()
    window.clearTimeout(timer)
    begun.value = false
    lines.value = []
  }

  async function follow(cursor: string | undefined, signal: AbortSignal): Promise<void> {
    let [next, pause] = [cursor, EVERY_MS]
    try {
      if (!document.hidden) {
        const answer = await arrivals(filter.value, cursor, LIMIT, signal)
        if (signal.aborted) return
        lines.value = onTop(answer.results, lines.value, MOST_LINES)
        next = answer.cursor
        pause = answer.more ? 0 : EVERY_MS
        begun.value = true
        problem.value = null
      }
    } catch (error) {
      if (signal.aborted) return
      problem.value = asProblem(error)
      if (problem.value.status >= 400 && problem.value.status < 500) return // asking again would be refused again
    }
    timer = window.setTimeout(() => void follow(next, signal), pause)
  }

  watch(
    [on, filter],
    ([wanted]) => {
      stop()
      problem.value = null
      if (!wanted) return
      stopped = new AbortController()
      void follow(undefined, stopped.signal)
    },
    { immediate: true, deep: true },
  )
  onScopeDispose(stop)
  return { lines, problem, begun }
}
