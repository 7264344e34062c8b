/** Replay: a range cut into windows of the same length, whole multiples of what the platform rounds to. */
import type { Range } from '@/shared/range/range'

const GRID = 5_000_000
const SHORTEST = 3 * GRID
const MOST = 60

export function framesOf({ from, to }: Range): Range[] {
  const length = Math.max(SHORTEST, Math.ceil((to - from) / MOST / GRID) * GRID)
  const start = Math.floor(from / GRID) * GRID
  const count = Math.max(1, Math.ceil((to - start) / length))
  return Array.from({ length: count }, (_, at) => ({ from: start + at * length, to: start + (at + 1) * length }))
}
