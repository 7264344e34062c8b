import { expect, test } from 'vitest'
import { dayOf, daysOf, isDay, plus, step, windowOf } from './days'

test('a time lies in the day of its zone', () => {
  const late = new Date('2026-11-26T20:00:00Z')
  expect(dayOf(late, 'UTC')).toBe('2026-11-26')
  expect(dayOf(late, 'Asia/Shanghai')).toBe('2026-11-27')
})

test('weeks begin on Monday and months are whole weeks', () => {
  expect(daysOf('week', '2026-11-26')).toEqual([
    '2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29',
  ])
  const month = daysOf('month', '2026-11-26')
  expect([month.length, month[0], month.at(-1)]).toEqual([42, '2026-10-26', '2026-12-06'])
  expect(daysOf('day', '2026-11-26')).toEqual(['2026-11-26'])
})

test('steps go by what is shown, also over the end of a year and a change of clocks', () => {
  expect(step('month', '2026-12-31', true)).toBe('2027-01-01')
  expect(step('month', '2026-03-31', false)).toBe('2026-02-01')
  expect(step('week', '2026-03-26', true)).toBe('2026-04-02')
  expect(plus('2026-03-29', 1)).toBe('2026-03-30')
})

test('the window holds the days in every zone', () => {
  expect(windowOf(['2026-11-26'])).toEqual({ from: '2026-11-25T00:00:00Z', to: '2026-11-28T00:00:00Z' })
})

test.each([['2026-11-26', true], ['2026-13-01', false], ['now', false], [undefined, false]])('%s', (text, is) => {
  expect(isDay(text)).toBe(is)
})
