/** Asks before a page is left whose changes would be lost: by a link, by the browser's buttons, by closing the tab. */
import { useEventListener } from '@vueuse/core'
import { ElMessageBox } from 'element-plus'
import { toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave } from 'vue-router'

/** `unsaved`: whether there is something to lose now. To be called in a page's setup. */
export function useUnsaved(unsaved: MaybeRefOrGetter<boolean>): void {
  const { t } = useI18n()

  async function ask(): Promise<boolean> {
    try {
      await ElMessageBox.confirm(t('unsaved.text'), t('unsaved.title'), {
        confirmButtonText: t('unsaved.leave'), cancelButtonText: t('unsaved.stay'), confirmButtonType: 'danger', type: 'warning',
      })
    } catch {
      return false
    }
    return true
  }

  onBeforeRouteLeave(() => (toValue(unsaved) ? ask() : true))
  useEventListener(window, 'beforeunload', (event) => {
    if (toValue(unsaved)) event.preventDefault()
  })
}
