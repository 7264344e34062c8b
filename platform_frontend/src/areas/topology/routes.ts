import { Share } from '@element-plus/icons-vue'
import type { Area } from '@/shared/area'

export const area: Area = {
  navigation: [{ label: 'topology.title', icon: Share, to: '/topology', order: 40, needs: 'overview_topology' }],
  routes: [
    {
      path: '/topology',
      name: 'topology',
      component: () => import('./TopologyPage.vue'),
      meta: { title: 'topology.title' },
      // The present, as long as nobody asks for another time.
      beforeEnter: (to) =>
        to.query.last || to.query.from ? true : { name: 'topology', query: { ...to.query, last: '5m', live: '1' }, replace: true },
    },
  ],
}
