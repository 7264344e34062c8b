/** One cache of answers for the whole page. */
import { QueryClient } from '@tanstack/vue-query'
import { asProblem } from '@/api/problem'

const TRIES = 2

/** A refusal stays one; only what may pass by itself is asked again. */
export function again(failures: number, error: Error): boolean {
  const { status } = asProblem(error)
  return failures < TRIES && (status === 0 || status >= 500)
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: again, staleTime: 1000, gcTime: 5 * 60_000, refetchOnWindowFocus: true } },
})
