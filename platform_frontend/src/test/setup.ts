/** Before each test file: texts in English, as components expect them to be there. */
import { config } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach } from 'vitest'
import { i18n, setLanguage } from '@/shared/i18n'

await setLanguage('en')
config.global.plugins = [i18n]

beforeEach(() => {
  setActivePinia(createPinia())
})
