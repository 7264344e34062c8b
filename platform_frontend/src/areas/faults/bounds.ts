/** Which values a parameter may have, in words and for the input. */
import type { Parameter } from '@/api/types'

export interface Limits {
  low: number | undefined
  high: number | undefined
  /** 1–16 or 400–599; empty: any. */
  text: string
}

const NUMBER = new Intl.NumberFormat('en')

/** Of the services that are hit, where those decide. */
export function limitsOf(parameter: Parameter, protocols: readonly string[], or: string): Limits {
  const own = parameter.protocol_bounds.filter((each) => protocols.includes(each.protocol)).flatMap((each) => each.bounds)
  const bounds = own.length ? unique(own) : parameter.bounds
  const ends = bounds.flat()
  return {
    low: ends.length ? Math.min(...ends) : undefined,
    high: ends.length ? Math.max(...ends) : undefined,
    text: bounds.map(([low = 0, high = 0]) => `${NUMBER.format(low)}–${NUMBER.format(high)}`).join(` ${or} `),
  }
}

function unique(bounds: number[][]): number[][] {
  return [...new Map(bounds.map((each) => [each.join(), each])).values()]
}
