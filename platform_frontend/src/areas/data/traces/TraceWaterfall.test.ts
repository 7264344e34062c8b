import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import type { Log, Span } from '../queries'
import TraceWaterfall from './TraceWaterfall.vue'
import { extent, forest, markCritical } from './tree'

const span = (span_id: string, parent_span_id: string | null, timestamp: number, duration: number, is_error = false): Span => ({
  span_id, parent_span_id, timestamp, duration, is_error, trace_id: 't', service: `service-${span_id}`, pod: 's-0',
  operation_name: 'o', kind: 'server', type: 'grpc', status_code: 0,
})
const LOG: Log = {
  log_id: 1, timestamp: 25, service: 's', pod: 's-0', level: 'ERROR', message: 'it broke', trace_id: 't', span_id: 'b',
}

function shown(criticalOnly = false) {
  const spans = [span('a', null, 0, 100), span('b', 'a', 20, 50, true), span('quick', 'a', 21, 2), span('x', 'lost', 5, 5)]
  const roots = forest(spans)
  for (const root of roots) markCritical(root)
  return mount(TraceWaterfall, { props: { roots, window: extent(spans), logs: [LOG], criticalOnly, chosen: '' } })
}

const names = (page: ReturnType<typeof shown>) => page.findAll('[role=row] strong').map((each) => each.text())

test('each span has its row, those without a caller last and marked', () => {
  const page = shown()
  expect(names(page)).toEqual(['service-a', 'service-b', 'service-quick', 'service-x'])
  expect(page.findAll('[role=row]').map((row) => row.find('.orphan').exists())).toEqual([false, false, false, true])
})

test('a log stands at its span and its time', () => {
  const marks = shown().findAll('.log')
  expect(marks.map((mark) => [mark.attributes('title'), mark.attributes('style')])).toEqual([['it broke', 'left: 25%;']])
})

test('only the critical path, when asked for', () => {
  expect(names(shown(true))).toEqual(['service-a', 'service-b', 'service-x'])
})

test('what is below a span folds away, and choosing one tells it', async () => {
  const page = shown()
  await page.get('button.fold').trigger('click')
  expect(names(page)).toEqual(['service-a', 'service-x'])
  await page.get('button.open').trigger('click')
  expect(page.emitted('update:chosen')).toEqual([['a']])
})
