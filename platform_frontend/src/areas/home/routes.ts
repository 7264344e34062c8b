import { HomeFilled } from '@element-plus/icons-vue'
import type { Area } from '@/shared/area'

export const area: Area = {
  navigation: [{ label: 'home.title', icon: HomeFilled, to: '/', order: 10 }],
  routes: [{ path: '/', name: 'home', component: () => import('./HomePage.vue'), meta: { title: 'home.title' } }],
}
