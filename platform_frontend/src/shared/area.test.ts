import { expect, test } from 'vitest'
import { isWithin } from './area'

test.each([
  ['/datasets', '/datasets', true],
  ['/datasets/new', '/datasets', true],
  ['/datasets-of-others', '/datasets', false],
  ['/', '/', true],
  ['/faults', '/', false],
])('%s within %s: %s', (path, place, within) => {
  expect(isWithin(path, place)).toBe(within)
})
