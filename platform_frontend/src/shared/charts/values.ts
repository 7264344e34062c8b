/** Values as people read them, by the unit that the platform names. */
const SMALL = 1e-3
const THOUSANDS = ['', 'k', 'M', 'G', 'T']
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

function scaled(value: number, base: number, names: readonly string[]): string {
  let [rest, at] = [value, 0]
  while (Math.abs(rest) >= base && at < names.length - 1) [rest, at] = [rest / base, at + 1]
  return `${digits(rest)}${names[at] ? ` ${names[at]}` : ''}`
}

/** Three digits that tell something. */
export function digits(value: number): string {
  if (value === 0) return '0'
  if (Math.abs(value) < SMALL) return value.toExponential(1)
  return String(Number(value.toPrecision(3)))
}

/** 12 ms of microseconds. */
export function duration(micros: number): string {
  if (micros < 1000) return `${Math.round(micros)} µs`
  if (micros < 1_000_000) return `${digits(micros / 1000)} ms`
  return micros < 100_000_000 ? `${digits(micros / 1_000_000)} s` : `${digits(micros / 60_000_000)} min`
}

const SHOW: Readonly<Record<string, (value: number) => string>> = {
  bytes: (value) => scaled(value, 1024, BINARY),
  seconds: (value) => duration(value * 1_000_000),
  milliseconds: (value) => duration(value * 1000),
  microseconds: duration,
  ratio: (value) => `${digits(value * 100)} %`,
}

/** `per`: a rate a second. Seconds per second are a share of one CPU, so they stay a number. */
export function shown(value: number, unit = '', per = false): string {
  if (!per) return (SHOW[unit] ?? ((each: number) => scaled(each, 1000, THOUSANDS)))(value)
  if (unit === 'seconds') return digits(value)
  return unit === 'bytes' ? `${scaled(value, 1024, BINARY)}/s` : `${scaled(value, 1000, THOUSANDS)}/s`
}
