import { expect, test } from 'vitest'
import { usePreferences } from '@/stores/preferences'
import { useSession } from '@/stores/session'
import { span, toDate, useTime } from './time'

test.each([[0, '0:00'], [59.2, '1:00'], [3661, '1:01:01'], [-5, '0:00']])('%s s is %s', (seconds, shown) => {
  expect(span(seconds)).toBe(shown)
})

test('numbers are microseconds, as telemetry and labels have them', () => {
  expect(toDate(1_700_000_000_000_000).toISOString()).toBe('2023-11-14T22:13:20.000Z')
})

test('the switch changes between UTC and the zone of the profile, and the zone is said', () => {
  const preferences = usePreferences()
  useSession().become({
    signed_in: true, username: 'ada', name: '', email: '', language: 'en', time_zone: 'Asia/Shanghai', role: 'viewer',
    permissions: [],
  })
  const time = useTime()
  preferences.zone = 'utc'
  expect(time.full('2026-11-26T03:00:00Z')).toContain('03:00:00 UTC')
  preferences.zone = 'local'
  expect(time.full('2026-11-26T03:00:00Z')).toContain('11:00:00 GMT+8')
})

test('how long ago is said in the largest unit that fits', () => {
  const time = useTime()
  const now = Date.parse('2026-11-26T03:00:00Z')
  expect(time.ago('2026-11-26T02:58:00Z', now)).toBe('2 minutes ago')
  expect(time.ago('2026-11-26T03:00:00Z', now)).toBe('now')
})
