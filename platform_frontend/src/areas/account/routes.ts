import type { Area } from '@/shared/area'

export const area: Area = {
  routes: [
    { path: '/account', name: 'account', component: () => import('./AccountPage.vue'), meta: { title: 'account.title' } },
  ],
}
