import { expect, test } from 'vitest'
import { csv, fileName, utc } from './download'

test('cells with commas, quotes and line ends are quoted', () => {
  expect(csv(['a', 'b'], [['x,y', 'say "hi"'], ['1\n2', null]])).toBe('a,b\r\n"x,y","say ""hi"""\r\n"1\n2",\r\n')
})

test('a text that a spreadsheet would run is made one that it shows; numbers stay', () => {
  expect(csv(['a'], [['=HYPERLINK(1)'], ['-x'], [-1.5]])).toBe("a\r\n'=HYPERLINK(1)\r\n'-x\r\n-1.5\r\n")
})

test('times are UTC to the microsecond', () => {
  expect(utc(1_795_665_714_698_809)).toBe('2026-11-26T04:01:54.698809Z')
  expect(fileName('logs', 1_795_665_714_698_809)).toBe('logs-2026-11-26T04-01-54Z.csv')
})
