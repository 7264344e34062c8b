import { describe, expect, test } from 'vitest'
import type { Span } from '../queries'
import { drawn, extent, forest, markCritical, selfTime, type Node } from './tree'

const span = (span_id: string, parent_span_id: string | null, timestamp: number, duration: number): Span => ({
  span_id, parent_span_id, timestamp, duration, trace_id: 't', service: 's', pod: 's-0', operation_name: 'o', kind: 'server',
  type: 'grpc', status_code: 0, is_error: false,
})
const ids = (nodes: readonly Node[]) => nodes.map((node) => `${'.'.repeat(node.depth)}${node.span.span_id}`)
const SPANS = [span('c', 'a', 60, 30), span('a', null, 0, 100), span('b', 'a', 10, 40), span('d', 'b', 20, 10)]

describe('the tree', () => {
  test('has children below their parents, in the order of time', () => {
    expect(ids(drawn(forest(SPANS), new Set()))).toEqual(['a', '.b', '..d', '.c'])
  })

  test('folds', () => {
    expect(ids(drawn(forest(SPANS), new Set(['b'])))).toEqual(['a', '.b', '.c'])
  })

  test('has spans that lost their parent at the root, marked, after the true root', () => {
    const roots = forest([span('x', 'lost', 0, 5), span('y', 'x', 1, 2), ...SPANS])
    expect(roots.map((root) => [root.span.span_id, root.orphan])).toEqual([['a', false], ['x', true]])
    expect(ids(drawn(roots, new Set()))).toEqual(['a', '.b', '..d', '.c', 'x', '.y'])
  })

  test('loses no span when parents go in a circle', () => {
    const roots = forest([span('a', 'b', 0, 1), span('b', 'a', 0, 1), span('c', 'c', 0, 1), span('d', 'a', 0, 1)])
    expect(drawn(roots, new Set())).toHaveLength(4)
  })

  test('as deep as a stack could not be is drawn', () => {
    const deep = Array.from({ length: 20_000 }, (_, at) => span(`${at}`, at ? `${at - 1}` : null, at, 1))
    expect(drawn(forest([...deep]).slice(0, 1), new Set())).toHaveLength(20_000)
  }, 60_000)
})

test('the critical path covers the root without a gap, by the child that ended last', () => {
  const roots = forest(SPANS)
  const [root] = roots
  if (root) markCritical(root)
  const parts = drawn(roots, new Set())
    .flatMap((node) => node.critical.map(({ from, to }) => [from, to, node.span.span_id] as const))
    .sort((one, other) => one[0] - other[0])
  expect(parts).toEqual([
    [0, 10, 'a'], [10, 20, 'b'], [20, 30, 'd'], [30, 50, 'b'], [50, 60, 'a'], [60, 90, 'c'], [90, 100, 'a'],
  ])
})

test('self time is without what children did, counted once where they overlap', () => {
  const [root] = forest([span('a', null, 0, 100), span('b', 'a', 10, 40), span('c', 'a', 30, 40), span('late', 'a', 95, 50)])
  expect(root && selfTime(root)).toBe(35)
})

test('the extent is of all spans', () => {
  expect(extent([span('a', null, 5, 10), span('b', 'a', 1, 2)])).toEqual({ from: 1, to: 15 })
})
