/** Something that the user orders: busy while it runs, and what went wrong is said. */
import { ElMessage } from 'element-plus'
import { ref, type Ref } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { sayProblem } from '@/shared/serverTexts'

export interface Act {
  busy: Ref<boolean>
  /** Of the last try; null when that went well. */
  problem: Ref<Problem | null>
  /** True when it went well. `quiet`: the caller shows `problem` itself. */
  act: (what: () => Promise<unknown>, options?: { quiet?: boolean; done?: string }) => Promise<boolean>
}

export function useAct(): Act {
  const busy = ref(false)
  const problem = ref<Problem | null>(null)

  async function act(what: () => Promise<unknown>, options: { quiet?: boolean; done?: string } = {}): Promise<boolean> {
    busy.value = true
    problem.value = null
    try {
      await what()
    } catch (error) {
      problem.value = asProblem(error)
      if (!options.quiet) ElMessage.error({ message: sayProblem(problem.value), duration: 8000, showClose: true })
      return false
    } finally {
      busy.value = false
    }
    if (options.done) ElMessage.success(options.done)
    return true
  }

  return { busy, problem, act }
}
