/** Every text is there in both languages, and every text that the source names is there. */
import { expect, test } from 'vitest'
import { texts as en } from './en'
import { texts as zh } from './zh'

function flat(texts: object, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(texts)) {
    const key = path ? `${path}.${name}` : name
    if (typeof value === 'string') found.set(key, value)
    else for (const [inner, text] of flat(value as object, key)) found.set(inner, text)
  }
  return found
}

const english = flat(en)
const chinese = flat(zh)

/** Names in braces; a plural's forms may have them more than once. */
const holes = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort()

const sources = Object.entries(
  import.meta.glob<string>(['../**/*.{ts,vue}', '!../**/*.test.ts', '!../api/schema.d.ts'], {
    eager: true, query: '?raw', import: 'default',
  }),
)

test('there are sources to look at', () => {
  expect(sources.length).toBeGreaterThan(20)
})

test('both languages have the same texts', () => {
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
})

test('no text is empty, and both languages fill in the same', () => {
  for (const [key, text] of english) {
    expect(text, key).not.toBe('')
    expect(holes(chinese.get(key) ?? ''), key).toEqual(holes(text))
  }
})

test.each(sources)('%s names only texts that exist', (_path, source) => {
  const named = [...source.matchAll(/(?:\b\$?t\(|label: |title: )'([\w-]+(?:\.[\w-]+)+)'/g)].map((match) => match[1] ?? '')
  expect(named.filter((key) => !english.has(key))).toEqual([])
})

test.each(sources)('%s names only groups of texts that exist', (_path, source) => {
  const groups = [...source.matchAll(/\bt\(`([\w-]+(?:\.[\w-]+)*)\.\$\{/g)].map((match) => match[1] ?? '')
  expect(groups.filter((group) => ![...english.keys()].some((key) => key.startsWith(`${group}.`)))).toEqual([])
})
