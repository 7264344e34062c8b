import { describe, expect, test } from 'vitest'
import type { Metric } from '../queries'
import { choiceOf, choiceQuery, seriesQuery, shownMetrics, type Choice } from './choice'

const metric = (name: string, type: Metric['type']): Metric => ({ name, type, unit: '', help: '' })
const CPU = metric('container_cpu_usage_seconds_total', 'counter')
const MEMORY = metric('container_memory_working_set_bytes', 'gauge')
const DURATION = metric('istio_request_duration_milliseconds_bucket', 'histogram')
const NONE: Choice = { metrics: [], services: [], pods: [], by: 'pod' }

test.each<Choice>([NONE, { metrics: ['a', 'b'], services: ['cart'], pods: ['cart-0', 'cart-1'], by: 'service' }])(
  'the address brings the same choice back',
  (choice) => {
    const query = Object.fromEntries(Object.entries(choiceQuery(choice)).filter(([, value]) => value !== undefined))
    expect(choiceOf(query as Parameters<typeof choiceOf>[0])).toEqual(choice)
  },
)

test('without a choice, what there is of the usual ones', () => {
  expect(shownMetrics(NONE, [MEMORY, DURATION, CPU])).toEqual([CPU, MEMORY])
  expect(shownMetrics({ ...NONE, metrics: [DURATION.name, 'gone'] }, [MEMORY, DURATION])).toEqual([DURATION])
})

describe('the questions', () => {
  const all = [CPU, MEMORY, DURATION]

  test('a rate where the type says counter', () => {
    expect(seriesQuery('rate', all, { ...NONE, pods: ['cart-0'] }, 5)).toEqual({
      metrics: [CPU.name], step: 5, limit: 40, by: ['service', 'pod'], pods: ['cart-0'], rate: true,
    })
  })

  test('a value of gauges, a quantile of histograms by the name of their buckets', () => {
    expect(seriesQuery('value', all, NONE, 5)).toMatchObject({ metrics: [MEMORY.name] })
    expect(seriesQuery('value', all, NONE, 5)).not.toHaveProperty('rate')
    expect(seriesQuery('quantile', all, { ...NONE, by: 'service' }, 5)).toMatchObject({
      metrics: ['istio_request_duration_milliseconds'], quantile: 0.95, by: ['service'],
    })
  })

  test('none where there is nothing to ask', () => {
    expect(seriesQuery('quantile', [CPU], NONE, 5)).toBeNull()
  })
})
