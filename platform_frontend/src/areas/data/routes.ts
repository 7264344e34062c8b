import { DataLine } from '@element-plus/icons-vue'
import type { Area } from '@/shared/area'

export const area: Area = {
  navigation: [{ label: 'data.title', icon: DataLine, to: '/data', order: 30, needs: 'logs' }],
  routes: [
    {
      path: '/data',
      component: () => import('./DataPage.vue'),
      meta: { title: 'data.title' },
      redirect: (to) => ({ name: 'logs', query: to.query }),
      children: [
        { path: 'logs', name: 'logs', component: () => import('./logs/LogsTab.vue'), meta: { title: 'data.logs.title' } },
      ],
    },
  ],
}
