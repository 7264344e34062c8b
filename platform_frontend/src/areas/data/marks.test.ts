import { describe, expect, test } from 'vitest'
import type { Band } from '@/shared/charts/bands'
import type { Log } from './queries'
import { cut, isMark, onTop, withMarks, type Row } from './marks'

const log = (timestamp: number, log_id = timestamp): Log => ({
  log_id, timestamp, service: 's', pod: 's-0', level: 'INFO', message: '', trace_id: null, span_id: null,
})
const band = (from: number, to: number | null): Band => ({ injection: `${from}`, kind: 'k', pods: [], services: [], from, to })
const seen = (rows: Row[]) => rows.map((row) => (isMark(row) ? `${row.mark} ${row.at}` : row.timestamp))
const RANGE = { from: 0, to: 100 }

describe('marks', () => {
  test('stand where faults began and ended', () => {
    expect(seen(withMarks([log(50), log(40), log(10)], [band(20, 45)], RANGE, false))).toEqual([50, 'ended 45', 40, 'began 20', 10])
  })

  test('of what is older than the last line are left out until all lines are there', () => {
    expect(seen(withMarks([log(50)], [band(20, 45)], RANGE, false))).toEqual([50])
    expect(seen(withMarks([log(50)], [band(20, null)], RANGE, true))).toEqual([50, 'began 20'])
    expect(seen(withMarks([], [band(20, null)], RANGE, true))).toEqual(['began 20'])
  })

  test('of a hundred thousand lines are found in one pass', () => {
    const logs = Array.from({ length: 100_000 }, (_, at) => log(100_000 - at))
    const rows = withMarks(logs, [band(10, 99_999)], { from: 0, to: 200_000 }, true)
    expect(rows).toHaveLength(100_002)
  })
})

describe('the tail', () => {
  test('puts late lines where they belong, none twice, and forgets the oldest', () => {
    const shown = [log(50), log(40), log(30)]
    expect(seen([...onTop([log(40), log(45), log(60)], shown, 4)])).toEqual([60, 50, 45, 40])
  })

  test('that brings nothing new changes nothing', () => {
    const shown = [log(50)]
    expect(onTop([log(50)], shown, 10)).toBe(shown)
    expect(onTop([], shown, 10)).toBe(shown)
  })
})

test.each([
  ['took 5 ms, TOOK 6', 'took', ['', 'took', ' 5 ms, ', 'TOOK', ' 6']],
  ['abc', '', ['abc']],
  ['abc', 'x', ['abc']],
])('finds in %s', (text, sought, parts) => {
  expect(cut(text, sought)).toEqual(parts)
})
