import { expect, test } from 'vitest'
import { bandsOf, during, type Label } from './bands'

const label = (more: Partial<Label>): Label => ({
  id: 1, injection: 'a', pod: 'cart-0', service: 'cart', kind: 'network-delay', start: 100, end: 200,
  end_reason: 'deadline', effect: 'confirmed', effect_checked: true, onset: null, evidence: {}, ...more,
})

test('labels of one fault are one band over all its pods', () => {
  const bands = bandsOf([label({}), label({ pod: 'cart-1', start: 90, end: 250 }), label({ injection: 'b', start: 10, end: 20 })])
  expect(bands.map(({ injection, pods, from, to }) => ({ injection, pods, from, to }))).toEqual([
    { injection: 'b', pods: ['cart-0'], from: 10, to: 20 },
    { injection: 'a', pods: ['cart-0', 'cart-1'], from: 90, to: 250 },
  ])
})

test('a band lasts as long as any of its pods has the fault', () => {
  const [band] = bandsOf([label({ end: null }), label({ pod: 'cart-1', end: 300 })])
  expect(band?.to).toBeNull()
  expect(during(band ? [band] : [], 10_000)).toHaveLength(1)
  expect(during(band ? [band] : [], 99)).toHaveLength(0)
})
