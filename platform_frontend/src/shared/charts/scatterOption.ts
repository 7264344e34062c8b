/** What ECharts draws for single requests over time: when they began, and how long they took, on a logarithmic axis. */
import type { Theme } from '@/stores/preferences'
import type { Range } from '@/shared/range/range'
import type { Band } from './bands'
import { COLOURS } from './colours'
import type { EChartsOption } from './echarts'
import { timeOption } from './timeOption'

export interface Point {
  at: number
  /** Microseconds. */
  duration: number
  failed: boolean
  key: string
  name: string
}

export interface ScatterInput {
  points: readonly Point[]
  range: Range
  bands: readonly Band[]
  theme: Theme
  value: (micros: number) => string
  time: (micros: number) => string
  tooltip: (point: Point) => HTMLElement
}

const SYMBOL = 7

export function scatterOption(input: ScatterInput): EChartsOption {
  const { points, theme } = input
  const base = timeOption({ ...input, series: [], kind: 'line', tooltip: () => document.createElement('div') })
  const parts = [false, true].map((failed) => ({
    type: 'scatter', symbolSize: failed ? SYMBOL + 1 : SYMBOL, z: failed ? 4 : 3,
    itemStyle: { color: COLOURS[theme][failed ? 'bad' : 'good'], opacity: failed ? 0.9 : 0.55 },
    data: points.filter((point) => point.failed === failed).map((point) => ({ value: [point.at / 1000, Math.max(1, point.duration)], point })),
  }))
  return {
    ...base,
    tooltip: {
      ...base.tooltip, trigger: 'item',
      formatter: (params: unknown) => input.tooltip((params as { data: { point: Point } }).data.point),
    },
    yAxis: { ...base.yAxis, type: 'log', min: undefined, logBase: 10 },
    series: [...(base.series as object[]), ...parts],
  } as EChartsOption
}
