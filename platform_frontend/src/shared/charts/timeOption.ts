/** What ECharts draws for lines or bars over time, with the bands of faults behind them. */
import type { Theme } from '@/stores/preferences'
import type { Range } from '@/shared/range/range'
import type { Band } from './bands'
import { COLOURS, colourOf } from './colours'
import type { EChartsOption } from './echarts'

export interface TimeSeries {
  name: string
  /** UTC microseconds and value. */
  points: readonly (readonly (number | null)[])[]
  colour?: string
}

export interface TimeOptionInput {
  series: readonly TimeSeries[]
  range: Range
  bands: readonly Band[]
  kind: 'line' | 'bar'
  theme: Theme
  /** Width of a bar, of the step: microseconds. */
  step?: number
  value: (value: number) => string
  time: (micros: number) => string
  tooltip: (at: number) => HTMLElement
}

export const LEFT = 58
export const RIGHT = 12
const MILLI = 1000

export function timeOption(input: TimeOptionInput): EChartsOption {
  const { range, theme } = input
  const colours = COLOURS[theme]
  const axis = { axisLine: { lineStyle: { color: colours.line } }, axisTick: { show: false } }
  return {
    animation: false,
    useUTC: true,
    grid: { left: LEFT, right: RIGHT, top: 12, bottom: 26 },
    textStyle: { fontFamily: 'Inter Variable, Inter, system-ui, sans-serif' },
    tooltip: {
      trigger: 'axis', confine: true, padding: 0, borderWidth: 0, backgroundColor: 'transparent',
      extraCssText: 'box-shadow:none;z-index:15;',
      axisPointer: { type: 'line', lineStyle: { color: colours.text, type: 'dashed' } },
      formatter: (params: unknown) => input.tooltip(pointed(params) * MILLI),
    },
    xAxis: {
      type: 'time', min: range.from / MILLI, max: range.to / MILLI, splitLine: { show: false }, ...axis,
      axisLabel: {
        color: colours.text, fontSize: 11, hideOverlap: true, formatter: (value: number) => input.time(value * MILLI),
      },
    },
    yAxis: {
      type: 'value', min: (extent: { min: number }) => Math.min(0, extent.min), splitNumber: 3,
      ...axis, axisLine: { show: false }, splitLine: { lineStyle: { color: colours.line } },
      axisLabel: { color: colours.text, fontSize: 11, formatter: input.value },
    },
    series: [bandSeries(input), ...input.series.map((each, at) => oneSeries(input, each, at))] as EChartsOption['series'],
  }
}

/** An empty line that carries the bands, so that they are there when no series is. */
function bandSeries({ bands, range, theme }: TimeOptionInput) {
  const { band, bandLine } = COLOURS[theme]
  const shownBands = bands.filter((each) => each.from < range.to && (each.to ?? range.to) > range.from)
  return {
    type: 'line', data: [], silent: true,
    markArea: {
      silent: true, itemStyle: { color: band, borderColor: bandLine, borderWidth: 0.5 },
      data: shownBands.map((each) => [
        { xAxis: Math.max(each.from, range.from) / MILLI },
        { xAxis: Math.min(each.to ?? range.to, range.to) / MILLI },
      ]),
    },
  }
}

function oneSeries({ kind, step, theme }: TimeOptionInput, { name, points, colour }: TimeSeries, at: number) {
  const shift = kind === 'bar' ? (step ?? 0) / 2 : 0
  return {
    type: kind, name, stack: kind === 'bar' ? 'all' : undefined, color: colour ?? colourOf(theme, at),
    data: points.map(([time, value]) => [((time ?? 0) + shift) / MILLI, value]),
    symbolSize: 4, showSymbol: points.length < 2, sampling: 'lttb', lineStyle: { width: 1.6 },
    barCategoryGap: '12%', barMinHeight: 1, emphasis: { disabled: true },
  }
}

function pointed(params: unknown): number {
  const [first] = Array.isArray(params) ? (params as { axisValue?: number }[]) : []
  return first?.axisValue ?? 0
}

/** Value of a series at a time: that of the step it falls into. */
export function valueAt({ points }: TimeSeries, at: number, step: number): number | null {
  let [low, high] = [0, points.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const start = points[middle]?.[0] ?? 0
    if (start > at) high = middle - 1
    else if (start + step <= at) low = middle + 1
    else return points[middle]?.[1] ?? null
  }
  return null
}
