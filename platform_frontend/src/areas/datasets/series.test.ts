import { expect, test } from 'vitest'
import { largest, mean, path } from './series'

test('a line goes through the middle of each step, highest at its top', () => {
  expect(path([0, 5, 10, 5], 10)).toBe('M12.50 100.00L37.50 50.00L62.50 0.00L87.50 50.00')
})

test('where nothing was seen the line is broken, and a lone point can be seen', () => {
  expect(path([1, 1, null, 2, null], 2)).toBe('M10.00 50.00L30.00 50.00M70.00 0.00h10.00')
})

test('nothing but zeros is a line at the bottom', () => {
  expect(path([0, 0], 0)).toBe('M25.00 100.00L75.00 100.00')
})

test('figures of what was seen alone', () => {
  expect([largest([null, 3, 1]), mean([null, 3, 1])]).toEqual([3, 2])
  expect([largest([null]), mean([])]).toEqual([null, null])
})
