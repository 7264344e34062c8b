import { expect, test } from 'vitest'
import { duration, shown } from './values'

test.each([
  [0, '0 µs'], [850, '850 µs'], [20_050, '20.1 ms'], [3_002_652, '3 s'], [600_000_000, '10 min'],
])('%d µs are %s', (micros, text) => {
  expect(duration(micros)).toBe(text)
})

test.each([
  [1536, 'bytes', false, '1.5 KiB'],
  [2048, 'bytes', true, '2 KiB/s'],
  [0.25, 'seconds', true, '0.25'],
  [0.25, 'seconds', false, '250 ms'],
  [12_300, '', false, '12.3 k'],
  [12_300, '', true, '12.3 k/s'],
  [0.5, 'ratio', false, '50 %'],
  [0.0000004, '', false, '4.0e-7'],
  [-5, '', false, '-5'],
])('%d %s, a rate: %s', (value, unit, per, text) => {
  expect(shown(value, unit, per)).toBe(text)
})
