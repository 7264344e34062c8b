/** What may be ordered of a planned fault; what can not be taken back is asked about first. */
import { useQueryClient } from '@tanstack/vue-query'
import { ElMessageBox } from 'element-plus'
import { useI18n } from 'vue-i18n'
import { useAct } from '@/shared/composables/useAct'
import { deleteExperiment, orderExperiment, type Experiment } from '../queries'

export function useOrders() {
  const { t } = useI18n()
  const client = useQueryClient()
  const { busy, act } = useAct()

  async function order(what: () => Promise<unknown>): Promise<boolean> {
    const done = await act(what)
    await Promise.all(['experiments', 'experiment', 'versions'].map((name) => client.invalidateQueries({ queryKey: [name] })))
    return done
  }

  async function isMeant(title: string, text: string, yes: string): Promise<boolean> {
    return ElMessageBox.confirm(text, title, {
      confirmButtonText: yes, cancelButtonText: t('action.cancel'), confirmButtonType: 'danger', type: 'warning',
    }).then(() => true, () => false)
  }

  const pause = (one: Experiment) => order(() => orderExperiment(one.id, 'pause'))
  const resume = (one: Experiment) => order(() => orderExperiment(one.id, 'resume'))

  async function end(one: Experiment): Promise<boolean> {
    const { name } = one
    const meant = await isMeant(t('faults.experiment.endTitle', { name }), t('faults.experiment.endText'), t('faults.experiment.end'))
    return meant && order(() => orderExperiment(one.id, 'stop'))
  }

  async function remove(one: Experiment): Promise<boolean> {
    const { name } = one
    const meant = await isMeant(t('faults.experiment.deleteTitle', { name }), t('faults.experiment.deleteText'), t('action.delete'))
    return meant && order(() => deleteExperiment(one.id))
  }

  return { busy, pause, resume, end, remove }
}
