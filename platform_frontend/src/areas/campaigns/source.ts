/** Where a file under edit comes from: the library, what somebody saved, a campaign that ran; or nowhere yet. */
import { Problem } from '@/api/problem'
import type { Body } from '@/api/types'
import { getCampaign, getLibrary, getSaved } from './queries'

export interface Source {
  name: string
  text: string
  saved?: Body<'SavedCampaignDetail'>
}

export const BLANK = `# What it is for.
name: my-campaign
seed: 1

matrix:
  - fault: network-delay
    services: [cartservice]
    parameters: {latency_ms: 300}
`

export async function sourceOf(from: { library?: string; saved?: string; run?: string }): Promise<Source> {
  if (from.saved) {
    const saved = await getSaved(from.saved)
    return { name: saved.name, text: saved.text, saved }
  }
  if (from.library) {
    const file = (await getLibrary()).find((each) => each.name === from.library)
    if (!file) throw new Problem({ status: 404, code: 'client.noSuchFile' })
    return { name: file.name, text: file.text }
  }
  if (from.run) {
    const campaign = await getCampaign(from.run)
    // It was sent as JSON, which is YAML too.
    return { name: campaign.name, text: campaign.text || `${JSON.stringify(campaign.content, null, 2)}\n` }
  }
  return { name: '', text: BLANK }
}
