/** Where in a YAML text the cursor is: the way of keys to it, and whether a key or a value is being written. */
import type { Step } from './jsonSchema'

export interface Place {
  way: Step[]
  /** Keys that the same mapping has already, with their plain values. */
  beside: Record<string, string>
  at: 'key' | 'value'
  /** What is written of the word so far. */
  word: string
}

interface Line {
  indent: number
  /** Columns of the dashes before the key. */
  dashes: number[]
  key: string
  value: string
}

const KEY = /^([\w.-]+)\s*:(?:\s+|$)(.*)$/
const WORD = /[\w.-]*$/
const plain = (value: string): string => value.replace(/\s+#.*$/, '').trim().replace(/^(['"])(.*)\1$/, '$2')

function read(text: string): Line | null {
  if (!text.trim() || text.trimStart().startsWith('#')) return null
  let rest = text
  let column = 0
  const dashes: number[] = []
  for (;;) {
    const spaces = /^ */.exec(rest)?.[0].length ?? 0
    column += spaces
    rest = rest.slice(spaces)
    if (!/^-(\s|$)/.test(rest)) break
    dashes.push(column)
    column += 1
    rest = rest.slice(1)
  }
  const found = KEY.exec(rest)
  return { indent: column, dashes, key: found?.[1] ?? '', value: plain(found?.[2] ?? '') }
}

/** What the mapping at this indentation holds around a line: up and down until its parent, or its neighbour in a list. */
function besideOf(lines: readonly string[], at: number, indent: number): Record<string, string> {
  const found: Record<string, string> = {}
  const take = (line: Line | null): void => {
    if (line?.indent === indent && line.key) found[line.key] = line.value
  }
  for (let above = at - 1, begun = (read(lines[at] ?? '')?.dashes.length ?? 0) > 0; above >= 0 && !begun; above--) {
    const line = read(lines[above] ?? '')
    if (!line) continue
    if (Math.min(line.indent, ...line.dashes) < indent && !(line.dashes.length && line.indent === indent)) break
    take(line)
    begun = line.dashes.length > 0 && line.indent === indent
  }
  for (let below = at + 1; below < lines.length; below++) {
    const line = read(lines[below] ?? '')
    if (!line) continue
    if (Math.min(line.indent, ...line.dashes) < indent) break
    take(line)
  }
  return found
}

/** The ways down to the mapping that begins at `indent` on this line. */
function wayTo(lines: readonly string[], at: number, indent: number): Step[] {
  const way: Step[] = []
  let level = indent
  let dashes = read(lines[at] ?? '')?.dashes ?? []
  const climb = (): void => {
    for (const dash of [...dashes].reverse()) {
      if (dash < level) {
        way.unshift({ key: null, beside: {} })
        level = dash
      }
    }
  }
  climb()
  for (let above = at - 1; above >= 0; above--) {
    const line = read(lines[above] ?? '')
    if (!line) continue
    const listOfKey = line.indent === level && way[0]?.key === null && line.key && !line.value // "key:" with its list not indented
    if (line.indent < level || listOfKey) {
      if (!line.key) continue
      way.unshift({ key: line.key, beside: { ...besideOf(lines, above, line.indent), [line.key]: line.value } })
      level = line.indent
    } else if (!(line.indent === level && line.dashes.some((dash) => dash < level))) continue
    dashes = line.dashes
    climb()
    if (level === 0) break
  }
  return way
}

/** Inside `{…` or `[…` of a line: the keys before it, and what is written. */
function flow(text: string): { open: string; before: string; inside: string } | null {
  const opened: { open: string; at: number }[] = []
  ;[...text].forEach((letter, at) => {
    if (letter === '{' || letter === '[') opened.push({ open: letter, at })
    if (letter === '}' || letter === ']') opened.pop()
  })
  const last = opened.at(-1)
  return last ? { open: last.open, before: text.slice(0, last.at), inside: text.slice(last.at + 1) } : null
}

export function placeAt(text: string, offset: number): Place {
  const lines = text.split('\n')
  const before = text.slice(0, offset).split('\n')
  const at = before.length - 1
  const typed = before[at] ?? ''
  const word = WORD.exec(typed)?.[0] ?? ''
  const inner = flow(typed)
  if (inner) return inFlow(lines, at, inner, word)
  const line = read(typed) ?? { indent: typed.length, dashes: [], key: '', value: '' }
  const beside = besideOf(lines, at, line.indent)
  const way = wayTo(withLine(lines, at, typed), at, line.indent)
  if (line.key) return { way: [...way, { key: line.key, beside: { ...beside } }], beside: {}, at: 'value', word }
  return { way, beside, at: 'key', word }
}

/** The line as far as the cursor, so that what follows it on the line does not count. */
function withLine(lines: readonly string[], at: number, typed: string): string[] {
  return lines.map((line, index) => (index === at ? typed : line))
}

function inFlow(lines: readonly string[], at: number, inner: NonNullable<ReturnType<typeof flow>>, word: string): Place {
  const head = read(inner.before) ?? { indent: inner.before.length, dashes: [], key: '', value: '' }
  const outer = wayTo(withLine(lines, at, inner.before), at, head.indent)
  const way: Step[] = head.key ? [...outer, { key: head.key, beside: besideOf(lines, at, head.indent) }] : outer
  if (inner.open === '[') return { way, beside: {}, at: 'value', word }
  const parts = inner.inside.split(',')
  const beside = Object.fromEntries(parts.slice(0, -1).map((part) => [part.split(':')[0]?.trim() ?? '', plain(part.split(':').slice(1).join(':'))]))
  const current = /^\s*([\w.-]+)\s*:\s+/.exec(parts.at(-1) ?? '')
  if (current?.[1]) return { way: [...way, { key: current[1], beside }], beside: {}, at: 'value', word }
  return { way, beside, at: 'key', word }
}
