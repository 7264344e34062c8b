/** Whether the user may call an operation, and why not: in words, for the hover text of what is greyed out. */
import { useI18n } from 'vue-i18n'
import { ROLE_OF, type OperationName } from '@/api/operations'
import { useSession } from '@/stores/session'

export interface Verdict {
  allowed: boolean
  /** Empty when allowed. */
  reason: string
}

export function useMay(): (operation: OperationName) => Verdict {
  const session = useSession()
  const { t } = useI18n()
  return (operation) => {
    if (session.may(operation)) return { allowed: true, reason: '' }
    return { allowed: false, reason: t('role.needed', { role: t(`role.${ROLE_OF[operation]}`) }) }
  }
}
