import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { computed, effectScope, ref } from 'vue'
import { useRange, useRangeClock } from './useRange'

const query = vi.hoisted(() => ({ last: '5m', live: '1' }))
vi.mock('vue-router', () => ({ useRoute: () => ({ query }), useRouter: () => ({ push: vi.fn() }) }))

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a live range moves on, but not while answers about it are on their way', () => {
  const waiting = ref(false)
  const scope = effectScope()
  const handle = scope.run(() => {
    useRangeClock(computed(() => true), () => waiting.value)
    return useRange()
  })
  const end = () => handle?.range.value.to ?? NaN
  const begin = end()
  vi.advanceTimersByTime(5000)
  expect(end()).toBe(begin + 5_000_000)
  waiting.value = true
  vi.advanceTimersByTime(60_000)
  expect(end()).toBe(begin + 5_000_000)
  waiting.value = false
  vi.advanceTimersByTime(5000)
  expect(end()).toBe(begin + 70_000_000)
  scope.stop()
  vi.advanceTimersByTime(60_000)
  expect(end()).toBe(begin + 70_000_000)
})
