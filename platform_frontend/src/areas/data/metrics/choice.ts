/** Which metrics of which pods are shown: in the address, and as questions to the API. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { listOf } from '../logs/filter'
import type { Metric, SeriesQuery } from '../queries'

export type By = 'pod' | 'service'

export interface Choice {
  metrics: string[]
  services: string[]
  pods: string[]
  by: By
}

export type Asked = 'rate' | 'value' | 'quantile'

const FIRST = ['container_cpu_usage_seconds_total', 'container_memory_working_set_bytes', 'istio_requests_total']
const BUCKET = '_bucket'
export const MOST_METRICS = 12
export const MOST_SERIES = 40
export const QUANTILE = 0.95

export function choiceOf(query: LocationQuery): Choice {
  return {
    metrics: listOf(query.metric).slice(0, MOST_METRICS),
    services: listOf(query.service),
    pods: listOf(query.pod),
    by: query.by === 'service' ? 'service' : 'pod',
  }
}

export function choiceQuery({ metrics, services, pods, by }: Choice): LocationQueryRaw {
  return {
    metric: metrics.length ? metrics : undefined,
    service: services.length ? services : undefined,
    pod: pods.length ? pods : undefined,
    by: by === 'service' ? by : undefined,
  }
}

/** What is shown when nothing is chosen: what of the usual ones there is. */
export function shownMetrics(choice: Choice, known: readonly Metric[]): Metric[] {
  const wanted = choice.metrics.length ? choice.metrics : FIRST
  return wanted.flatMap((name) => known.filter((metric) => metric.name === name))
}

/** A counter only says something by how fast it rises, a histogram by its quantiles. */
export function askedOf({ type }: Metric): Asked {
  return type === 'counter' ? 'rate' : type === 'histogram' ? 'quantile' : 'value'
}

export const answerName = ({ name, type }: Metric): string => (type === 'histogram' ? name.replace(new RegExp(`${BUCKET}$`), '') : name)

/** One question for all metrics that are asked about in the same way; null when there are none. */
export function seriesQuery(how: Asked, metrics: readonly Metric[], { services, pods, by }: Choice, step: number): SeriesQuery | null {
  const names = metrics.filter((metric) => askedOf(metric) === how).map(answerName)
  if (!names.length) return null
  return {
    metrics: names, step, limit: MOST_SERIES, by: by === 'pod' ? ['service', 'pod'] : ['service'],
    ...(services.length && { services }),
    ...(pods.length && { pods }),
    ...(how === 'rate' && { rate: true }),
    ...(how === 'quantile' && { quantile: QUANTILE }),
  }
}
