/** Who is signed in, and what they may: a mirror of what the API says, never rules of our own. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, call } from '@/api/client'
import type { OperationName } from '@/api/operations'
import type { WhoAmI } from '@/api/types'

export const useSession = defineStore('session', () => {
  const who = ref<WhoAmI | null>(null)
  const signedIn = computed(() => who.value?.signed_in ?? false)
  const allowed = computed(() => new Set(who.value?.permissions))
  const shownName = computed(() => who.value?.name || who.value?.username || '')

  /** Also has the platform set the CSRF cookie, which the first write needs. */
  async function load(): Promise<void> {
    who.value = await call(api.GET('/api/v1/session'))
  }

  async function start(username: string, password: string): Promise<void> {
    who.value = await call(api.POST('/api/v1/session', { body: { username, password } }))
  }

  async function end(): Promise<void> {
    await call(api.DELETE('/api/v1/session'))
    await load()
  }

  function become(answer: WhoAmI): void {
    who.value = answer
  }

  /** The platform has told that the session is over. */
  function forget(): void {
    who.value = null
  }

  const may = (operation: OperationName): boolean => allowed.value.has(operation)

  return { who, signedIn, shownName, load, start, end, become, forget, may }
})
