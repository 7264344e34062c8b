/** Saves what is on the screen as a file. Times in it are UTC, whatever the screen shows. */
export type Cell = string | number | boolean | null | undefined

const NEEDS_QUOTES = /[",\r\n]/
// A spreadsheet would run these as formulas; numbers may begin with them.
const FORMULA = /^[=+\-@\t\r]/

function cell(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  return [header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}

/** 2026-11-26T04:00:00.123456Z of UTC microseconds. */
export function utc(micros: number): string {
  const part = String(Math.trunc(micros) % 1000).padStart(3, '0')
  return new Date(micros / 1000).toISOString().replace('Z', `${part}Z`)
}

export function save(name: string, text: string, type = 'text/csv'): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  window.setTimeout(() => { URL.revokeObjectURL(address) }, 1000)
}

/** logs-2026-11-26T04-00-00Z.csv */
export function fileName(what: string, micros: number, ending = 'csv'): string {
  const time = new Date(micros / 1000).toISOString().replace(/\.\d+/, '').replaceAll(':', '-')
  return `${what}-${time}.${ending}`
}
