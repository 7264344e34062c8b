import { Box } from '@element-plus/icons-vue'
import type { Area } from '@/shared/area'

export const area: Area = {
  navigation: [{ label: 'datasets.title', icon: Box, to: '/datasets', order: 50 }],
  routes: [
    { path: '/datasets', name: 'datasets', component: () => import('./DatasetsPage.vue'), meta: { title: 'datasets.title' } },
    { path: '/datasets/new', name: 'dataset-new', component: () => import('./BuildPage.vue'), meta: { title: 'datasets.build.title' } },
    {
      path: '/datasets/import',
      name: 'dataset-import',
      component: () => import('./ImportPage.vue'),
      meta: { title: 'datasets.import.title' },
    },
    {
      path: '/datasets/:id',
      name: 'dataset',
      component: () => import('./DatasetPage.vue'),
      props: true,
      meta: { title: 'datasets.one.title' },
    },
  ],
}
