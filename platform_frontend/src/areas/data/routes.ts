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
        { path: 'traces', name: 'traces', component: () => import('./traces/TracesTab.vue'), meta: { title: 'data.traces.title' } },
        {
          path: 'traces/:traceId([0-9a-f]{32})',
          name: 'trace',
          component: () => import('./traces/TraceTab.vue'),
          props: true,
          meta: { title: 'data.trace.title' },
        },
        { path: 'metrics', name: 'metrics', component: () => import('./metrics/MetricsTab.vue'), meta: { title: 'data.metrics.title' } },
        { path: 'faults', name: 'labels', component: () => import('./labels/LabelsTab.vue'), meta: { title: 'data.labels.title' } },
      ],
    },
  ],
}
