/** Colours of charts, for canvas can't read the page's variables. Each stands out from its own theme's surface. */
import type { Theme } from '@/stores/preferences'

export interface ChartColours {
  series: readonly string[]
  text: string
  line: string
  surface: string
  band: string
  bandLine: string
  good: string
  bad: string
}

export const COLOURS: Record<Theme, ChartColours> = {
  light: {
    series: ['#4f46e5', '#0e9384', '#d9570a', '#c11574', '#1570cd', '#5a8a1f', '#7a5af8', '#b07d00', '#3b6b8f', '#a3433f'],
    text: '#667085', line: '#e4e7ec', surface: '#ffffff',
    band: 'rgba(217, 45, 32, 0.10)', bandLine: 'rgba(217, 45, 32, 0.45)', good: '#4f46e5', bad: '#d92d20',
  },
  dark: {
    series: ['#8f8aff', '#3ccfb6', '#ff9d5c', '#f67dbb', '#6cb4ff', '#a6cf6a', '#bda6ff', '#e8c35a', '#8fb8d4', '#f0948f'],
    text: '#94a0b8', line: '#232d42', surface: '#131a2a',
    band: 'rgba(255, 120, 105, 0.13)', bandLine: 'rgba(255, 120, 105, 0.5)', good: '#8f8aff', bad: '#ff7d70',
  },
}

export const LEVEL_COLOURS: Record<Theme, Readonly<Record<string, string>>> = {
  light: { DEBUG: '#98a2b3', INFO: '#7c8ff0', WARNING: '#e08a00', ERROR: '#d92d20', CRITICAL: '#8c1a6a' },
  dark: { DEBUG: '#667085', INFO: '#6f7de0', WARNING: '#f2a93b', ERROR: '#f0564a', CRITICAL: '#ef6fc4' },
}

export const colourOf = (theme: Theme, at: number): string => {
  const { series } = COLOURS[theme]
  return series[at % series.length] ?? series[0] ?? ''
}
