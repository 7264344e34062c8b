import { expect, test } from 'vitest'
import { aimOf, EXPERIMENT_TONES } from '../look'

test('it is aimed at what it names', () => {
  expect(aimOf({ pods: ['cartservice-0'], services: [] })).toBe('cartservice-0')
  expect(aimOf({ pods: [], services: ['adservice', 'frontend'] })).toBe('adservice, frontend')
  expect(aimOf({ pods: [], services: [] })).toBe('')
})

test('one that waits for its time looks alive, one that is held looks as a warning', () => {
  expect(EXPERIMENT_TONES.scheduled).toBe('live')
  expect(EXPERIMENT_TONES.paused).toBe('warn')
})
