/** Who made a dataset may change it, and admins may: why somebody else's buttons are greyed out. */
import { useI18n } from 'vue-i18n'
import type { Dataset } from '@/api/types'
import { useSession } from '@/stores/session'

/** Empty when nothing speaks against it. */
export function useMayChange(): (dataset: Dataset) => string {
  const session = useSession()
  const { t } = useI18n()
  return (dataset) => {
    const { who } = session
    if (!who || who.role === 'admin' || who.username === dataset.created_by) return ''
    return dataset.created_by ? t('datasets.notYours', { owner: dataset.created_by }) : t('datasets.nobodys')
  }
}
