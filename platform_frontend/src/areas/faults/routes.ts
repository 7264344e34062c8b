import { Lightning } from '@element-plus/icons-vue'
import type { Area } from '@/shared/area'

export const area: Area = {
  navigation: [{ label: 'faults.title', icon: Lightning, to: '/faults', order: 20 }],
  routes: [
    { path: '/faults', name: 'faults', component: () => import('./FaultsPage.vue'), meta: { title: 'faults.title' } },
    { path: '/faults/new', name: 'fault-new', component: () => import('./NewFaultPage.vue'), meta: { title: 'faults.new.title' } },
    {
      path: '/faults/calendar',
      name: 'fault-calendar',
      component: () => import('./calendar/CalendarPage.vue'),
      meta: { title: 'faults.calendar.title' },
    },
    {
      path: '/faults/experiments/:id',
      name: 'experiment',
      component: () => import('./experiments/ExperimentPage.vue'),
      props: true,
      meta: { title: 'faults.experiment.title' },
    },
    {
      path: '/faults/:id',
      name: 'fault',
      component: () => import('./InjectionPage.vue'),
      props: true,
      meta: { title: 'faults.one.title' },
    },
  ],
}
