/** How this browser shows things: light or dark, language, local time or UTC. Kept in the browser. */
import { defineStore } from 'pinia'
import { ref, watch, type Ref } from 'vue'

export type Theme = 'light' | 'dark'
export type Language = 'en' | 'zh'
export type Zone = 'local' | 'utc'
export const LANGUAGES: readonly Language[] = ['en', 'zh']

function stored<T extends string>(name: string, known: readonly T[], otherwise: () => T): Ref<T> {
  const key = `microservo.${name}`
  const found = read(key) as T | null
  const value = ref(found !== null && known.includes(found) ? found : otherwise()) as Ref<T>
  watch(value, (chosen) => {
    write(key, chosen)
  })
  return value
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null // storage is closed to us; the choice holds until the page is closed
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // as above
  }
}

const machineTheme = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
const machineLanguage = (): Language => (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en')

export const usePreferences = defineStore('preferences', () => {
  const theme = stored<Theme>('theme', ['light', 'dark'], machineTheme)
  const language = stored<Language>('language', LANGUAGES, machineLanguage)
  const zone = stored<Zone>('zone', ['local', 'utc'], () => 'local')

  watch(
    theme,
    (chosen) => {
      document.documentElement.classList.toggle('dark', chosen === 'dark')
    },
    { immediate: true },
  )

  return { theme, language, zone }
})
