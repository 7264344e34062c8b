import { describe, expect, test } from 'vitest'
import { buildRequest, emptyForm, fromQuery, lastMinutes, NEUTRAL, proposedName, toQuery, turnedKnobs, type BuildForm } from './build'

const FROM = Date.parse('2026-11-26T04:00:00Z')
const RANGE: BuildForm = { ...emptyForm(), from: FROM, to: FROM + 600_000, format: 'parquet', name: 'mine', notes: 'for a talk' }

describe('the address', () => {
  test.each<[string, BuildForm]>([
    ['a range', RANGE],
    ['a campaign', { ...emptyForm(), of: 'campaign', campaign: '8ac1f642-2d5b-4483-b0fb-b0a8bc7d4edf' }],
    ['no campaign yet', { ...emptyForm(), of: 'campaign' }],
    ['knobs', { ...RANGE, knobs: { ...NEUTRAL, missing_services: ['adservice', 'cartservice'], train_fraction: 0.7, seed: 3 } }],
  ])('brings the same form back: %s', (_, form) => {
    expect(fromQuery(toQuery(form) as never)).toEqual(form)
  })

  test('may be nonsense, which is left out', () => {
    expect(fromQuery({ from: 'yesterday', 'k.log_drop': 'much', 'k.other': '1' })).toEqual(emptyForm())
  })
})

describe('what is asked for', () => {
  test('nothing while there is no window, or one that ends before it begins', () => {
    expect(buildRequest(emptyForm(), 'x')).toBeNull()
    expect(buildRequest({ ...RANGE, to: FROM }, 'x')).toBeNull()
    expect(buildRequest({ ...RANGE, of: 'campaign' }, 'x')).toBeNull()
  })

  test('only what was set', () => {
    expect(buildRequest(RANGE, 'x')).toEqual({
      name: 'mine', format: 'parquet', from: '2026-11-26T04:00:00.000Z', to: '2026-11-26T04:10:00.000Z', notes: 'for a talk',
    })
    expect(buildRequest({ ...emptyForm(), of: 'campaign', campaign: 'c' }, 'full')).toEqual({ name: 'full', format: 'csv', campaign: 'c' })
  })

  test('a seed alone changes nothing', () => {
    expect(turnedKnobs({ ...NEUTRAL, seed: 5 })).toEqual({})
    expect(turnedKnobs({ ...NEUTRAL, seed: 5, log_drop: 0.1 })).toEqual({ seed: 5, log_drop: 0.1 })
  })
})

test('the last minutes end a little before now, on a whole second', () => {
  expect(lastMinutes(10, FROM + 5500)).toEqual({ from: FROM - 600_000, to: FROM })
})

test('a name is proposed that the platform accepts', () => {
  expect(proposedName(RANGE, undefined)).toBe('dataset-20261126-0400')
  expect(proposedName({ ...RANGE, of: 'campaign' }, '(my) campaign')).toBe('my-campaign')
  expect(proposedName({ ...RANGE, of: 'campaign' }, '活动')).toBe('dataset')
})
