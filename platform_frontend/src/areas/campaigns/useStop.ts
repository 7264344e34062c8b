/** Ends a campaign, after asking. Who began it may, and admins. */
import { useQueryClient } from '@tanstack/vue-query'
import { ElMessageBox } from 'element-plus'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useAct } from '@/shared/composables/useAct'
import { useSession } from '@/stores/session'
import { stopCampaign, type Campaign } from './queries'

export function useStop(): { busy: Ref<boolean>; stop: (campaign: Campaign) => Promise<void>; against: (campaign: Campaign) => string } {
  const client = useQueryClient()
  const session = useSession()
  const { t } = useI18n()
  const { busy, act } = useAct()

  async function stop(campaign: Campaign): Promise<void> {
    try {
      await ElMessageBox.confirm(t('campaigns.stop.text'), t('campaigns.stop.title', { name: campaign.name }), {
        confirmButtonText: t('campaigns.stop.yes'), cancelButtonText: t('campaigns.stop.no'), confirmButtonType: 'danger', type: 'warning',
      })
    } catch {
      return
    }
    if (await act(() => stopCampaign(campaign.id))) await client.invalidateQueries({ queryKey: ['campaigns'] })
  }

  function against(campaign: Campaign): string {
    if (session.who?.role === 'admin' || campaign.created_by === session.who?.username) return ''
    return t('campaigns.notYours', { owner: campaign.created_by ?? '–' })
  }

  return { busy, stop, against }
}
