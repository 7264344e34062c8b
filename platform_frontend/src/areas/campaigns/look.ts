/** How campaigns are shown. */
import type { Body } from '@/api/types'
import type { Tone } from '@/shared/components/StateTag.vue'
import type { Campaign } from './queries'

type StepState = Body<'Step'>['state']

export const TONES: Record<Campaign['state'], Tone> = {
  planned: 'calm', running: 'live', stopping: 'live', stopped: 'warn', completed: 'good', aborted: 'warn', failed: 'bad',
}

export const STEP_TONES: Record<StepState, Tone> = {
  pending: 'calm', waiting_steady: 'live', injecting: 'live', recovering: 'live', cooling: 'live', done: 'good', skipped: 'warn',
  failed: 'bad',
}

/** 0 to 1. */
export const shareOf = (campaign: Campaign): number => (campaign.steps_total ? campaign.steps_done / campaign.steps_total : 0)

export function parametersOf(parameters: Readonly<Record<string, unknown>>): string {
  return Object.entries(parameters)
    .filter(([, value]) => value !== '' && value !== null && !(Array.isArray(value) && !value.length))
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join('  ')
}
