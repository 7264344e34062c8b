/** Times as people read them: in their zone or in UTC, the zone always beside them. */
import { computed, type ComputedRef } from 'vue'
import { i18n } from './i18n'
import { usePreferences } from '@/stores/preferences'
import { useSession } from '@/stores/session'

export type Instant = string | number | Date

/** RFC 3339, or the microseconds of telemetry and labels. */
export function toDate(value: Instant): Date {
  if (value instanceof Date) return value
  return typeof value === 'number' ? new Date(value / 1000) : new Date(value)
}

/** The zone of the profile; where it says UTC, which is what it begins with, that of the machine. */
function localZone(): string {
  const chosen = useSession().who?.time_zone
  return chosen && chosen !== 'UTC' ? chosen : Intl.DateTimeFormat().resolvedOptions().timeZone
}

export function useZone(): ComputedRef<string> {
  const preferences = usePreferences()
  return computed(() => (preferences.zone === 'utc' ? 'UTC' : localZone()))
}

export interface TimeFormats {
  /** 14:03:27 */
  clock: (value: Instant) => string
  /** 26 Nov 2026, 14:03:27 GMT+1 */
  full: (value: Instant) => string
  /** 26 Nov, 14:03 */
  short: (value: Instant) => string
  /** 26 Nov */
  day: (value: Instant) => string
  /** 3 minutes ago */
  ago: (value: Instant, now: number) => string
}

export function useTime(): TimeFormats {
  const zone = useZone()
  const locale = computed(() => (i18n.global.locale.value === 'zh' ? 'zh-CN' : 'en-GB'))
  const format = (options: Intl.DateTimeFormatOptions) =>
    computed(() => new Intl.DateTimeFormat(locale.value, { timeZone: zone.value, hourCycle: 'h23', ...options }))
  const clock = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const full = format({
    year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
    timeZoneName: 'short',
  })
  const short = format({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' })
  const day = format({ month: 'short', day: 'numeric' })
  const relative = computed(() => new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' }))
  return {
    clock: (value) => clock.value.format(toDate(value)),
    full: (value) => full.value.format(toDate(value)),
    short: (value) => short.value.format(toDate(value)),
    day: (value) => day.value.format(toDate(value)),
    ago: (value, now) => ago(relative.value, toDate(value).getTime() - now),
  }
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

function ago(format: Intl.RelativeTimeFormat, milliseconds: number): string {
  const [unit, size] = STEPS.find(([, length]) => Math.abs(milliseconds) >= length) ?? ['second', 1000]
  return format.format(Math.trunc(milliseconds / size), unit)
}

/** 1:05, 2:03:09 */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  const tail = `${String(minutes).padStart(hours ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`
  return hours ? `${hours}:${tail}` : tail
}
