/** Sizes and counts as people read them. */
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

export function bytes(size: number): string {
  let [value, unit] = [size, 0]
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

export function count(value: number, locale = 'en'): string {
  return new Intl.NumberFormat(locale).format(value)
}
