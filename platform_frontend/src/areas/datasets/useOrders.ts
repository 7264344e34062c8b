/** What can be ordered of a dataset that is there, with the questions that are asked first. */
import { useQueryClient } from '@tanstack/vue-query'
import { ElMessageBox } from 'element-plus'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { address } from '@/api/address'
import type { Dataset } from '@/api/types'
import { useAct } from '@/shared/composables/useAct'
import { bytes } from '@/shared/numbers'
import { cancelDataset, changeDataset, deleteDataset, tryDownload } from './queries'

export interface Orders {
  busy: Ref<boolean>
  download: (dataset: Dataset) => Promise<void>
  keep: (dataset: Dataset) => Promise<void>
  cancel: (dataset: Dataset) => Promise<void>
  /** True when it is gone. */
  remove: (dataset: Dataset) => Promise<boolean>
  note: (dataset: Dataset, notes: string) => Promise<boolean>
}

export function useOrders(): Orders {
  const client = useQueryClient()
  const { t } = useI18n()
  const { busy, act } = useAct()

  /** `gone`: there is nothing left to ask about but the lists that it was in. */
  async function order(what: () => Promise<unknown>, done?: string, gone = false): Promise<boolean> {
    const went = await act(what, done ? { done } : {})
    const moved = gone ? [['datasets', 'list'], ['datasets', 'latest']] : [['datasets']]
    if (went) for (const queryKey of moved) void client.invalidateQueries({ queryKey })
    return went
  }

  async function confirmed(title: string, text: string, yes: string): Promise<boolean> {
    try {
      await ElMessageBox.confirm(text, title, {
        confirmButtonText: yes, cancelButtonText: t('action.cancel'), confirmButtonType: 'danger', type: 'warning',
      })
    } catch {
      return false // "no", Escape, or a click beside it
    }
    return true
  }

  return {
    busy,
    async download(dataset) {
      if (await act(() => tryDownload(dataset.id))) follow(zipOf(dataset))
    },
    async keep(dataset) {
      await order(() => changeDataset(dataset.id, { keep: !dataset.keep }), t(dataset.keep ? 'datasets.unkept' : 'datasets.kept'))
    },
    async cancel(dataset) {
      const sure = await confirmed(t('datasets.cancel.title', { name: dataset.name }), t('datasets.cancel.text'), t('datasets.cancel.yes'))
      if (sure) await order(() => cancelDataset(dataset.id))
    },
    async remove(dataset) {
      const size = dataset.size === null ? '' : t('datasets.remove.frees', { size: bytes(dataset.size) })
      const sure = await confirmed(
        t('datasets.remove.title', { name: dataset.name }), `${t('datasets.remove.text')} ${size}`, t('action.delete'),
      )
      return sure && (await order(() => deleteDataset(dataset.id), t('datasets.remove.done', { name: dataset.name }), true))
    },
    note: (dataset, notes) => order(() => changeDataset(dataset.id, { notes }), t('action.saved')),
  }
}

export const zipOf = (dataset: Dataset): string =>
  address('/api/v1/datasets/{dataset_id}/download', { dataset_id: dataset.id })

function follow(to: string): void {
  const link = document.createElement('a')
  link.href = to
  link.download = ''
  link.click()
}
