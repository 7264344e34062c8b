import { expect, test } from 'vitest'
import { nextOf } from './next'

test('an address of ours is gone to', () => {
  expect(nextOf('/faults/new?kind=cpu-stress')).toBe('/faults/new?kind=cpu-stress')
})

test.each(['https://elsewhere.example', '//elsewhere.example', '/\\elsewhere.example', 'javascript:alert(1)', null, ['/a']])(
  'anything else is not: %s',
  (query) => {
    expect(nextOf(query)).toBe('/')
  },
)
