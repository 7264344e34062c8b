import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, ref } from 'vue'
import { Problem } from '@/api/problem'
import type { Log, LogFilter } from '../queries'
import { useTail } from './useTail'

const asked = vi.hoisted(() => vi.fn())
vi.mock('../queries', () => ({ arrivals: asked }))

const log = (log_id: number): Log => ({
  log_id, timestamp: log_id, service: 's', pod: 's-0', level: 'INFO', message: '', trace_id: null, span_id: null,
})
const answer = (cursor: string, ids: number[], more = false) => ({ cursor, results: ids.map(log), more })

beforeEach(() => {
  vi.useFakeTimers()
  asked.mockReset()
})
afterEach(() => {
  vi.useRealTimers()
})

function follow(filter = ref<LogFilter>({})) {
  const scope = effectScope()
  const on = ref(true)
  const tail = scope.run(() => useTail(on, filter))
  if (!tail) throw new Error('no scope')
  return { scope, on, filter, tail }
}

test('goes on from where the answer before ended; at once when there is more', async () => {
  asked.mockResolvedValueOnce(answer('a', [], false)).mockResolvedValueOnce(answer('b', [1], true)).mockResolvedValue(answer('c', [2]))
  const { scope, tail } = follow()
  await vi.advanceTimersByTimeAsync(1500)
  expect(asked.mock.calls.map((call) => call[1] as unknown)).toEqual([undefined, 'a', 'b'])
  expect(tail.lines.value.map((line) => line.log_id)).toEqual([2, 1])
  scope.stop()
  asked.mockClear()
  await vi.advanceTimersByTimeAsync(5000)
  expect(asked).not.toHaveBeenCalled()
})

test('another filter begins anew', async () => {
  asked.mockResolvedValue(answer('a', [1]))
  const { scope, filter, tail } = follow()
  await vi.advanceTimersByTimeAsync(0)
  filter.value = { search: 'x' }
  await vi.advanceTimersByTimeAsync(0)
  expect(asked.mock.lastCall?.slice(0, 2)).toEqual([{ search: 'x' }, undefined])
  expect(tail.lines.value).toHaveLength(1)
  scope.stop()
})

test('a failure is told and tried again; a refusal is not', async () => {
  asked.mockRejectedValueOnce(new Problem({ status: 503 })).mockResolvedValueOnce(answer('a', []))
  const { scope, tail } = follow()
  await vi.advanceTimersByTimeAsync(0)
  expect(tail.problem.value?.status).toBe(503)
  await vi.advanceTimersByTimeAsync(1000)
  expect(tail.problem.value).toBeNull()
  asked.mockRejectedValue(new Problem({ status: 400 }))
  await vi.advanceTimersByTimeAsync(1000)
  asked.mockClear()
  await vi.advanceTimersByTimeAsync(5000)
  expect(tail.problem.value?.status).toBe(400)
  expect(asked).not.toHaveBeenCalled()
  scope.stop()
})
