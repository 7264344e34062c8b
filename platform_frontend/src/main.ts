import '@fontsource-variable/inter/index.css'
import 'element-plus/dist/index.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import '@/shared/theme.css'

import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { makeRouter } from './router'
import { i18n, setLanguage } from './shared/i18n'
import { queryClient } from './shared/queryClient'
import { loadServerTexts } from './shared/serverTexts'
import { usePreferences } from './stores/preferences'

const app = createApp(App)
app.use(createPinia())
app.use(VueQueryPlugin, { queryClient })
app.use(i18n)
await setLanguage('en') // the one that every text exists in
const { language } = usePreferences()
if (language !== 'en') await Promise.all([setLanguage(language), loadServerTexts()])
app.use(makeRouter())
app.mount('#app')
