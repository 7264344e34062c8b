/**
 * Texts in the user's language. Each area has its own in `areas/<area>/locales/{en,zh}.json`, under its name; what all
 * share lies in `locales/{en,zh}.json`. A language is one file of the build, loaded when it is chosen.
 */
import { createI18n } from 'vue-i18n'
import type { Language } from '@/stores/preferences'

type Texts = Record<string, object>
interface LanguageModule {
  texts: Texts
}

const LOADERS: Record<Language, () => Promise<LanguageModule>> = {
  en: () => import('@/locales/en'),
  zh: () => import('@/locales/zh'),
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: {} as Record<Language, Texts>,
  missingWarn: false,
  fallbackWarn: false,
})

export async function setLanguage(language: Language): Promise<void> {
  if (!i18n.global.availableLocales.includes(language)) {
    i18n.global.setLocaleMessage(language, (await LOADERS[language]()).texts)
  }
  i18n.global.locale.value = language
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}
