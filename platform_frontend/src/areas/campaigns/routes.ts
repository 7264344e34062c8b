import { Memo } from '@element-plus/icons-vue'
import type { Area } from '@/shared/area'

export const area: Area = {
  navigation: [{ label: 'campaigns.title', icon: Memo, to: '/campaigns', order: 25 }],
  routes: [
    { path: '/campaigns', name: 'campaigns', component: () => import('./CampaignsPage.vue'), meta: { title: 'campaigns.title' } },
    {
      path: '/campaigns/edit',
      name: 'campaign-edit',
      component: () => import('./EditorPage.vue'),
      // Another file is another page: nothing of the one before stays.
      props: ({ query }) => ({ library: query.library, saved: query.saved, run: query.run }),
      meta: { title: 'campaigns.edit.title' },
    },
    {
      path: '/campaigns/:id',
      name: 'campaign',
      component: () => import('./CampaignPage.vue'),
      props: true,
      meta: { title: 'campaigns.one.title' },
    },
  ],
}
