/** Pages for visitors. The addresses are those that the platform's letters and its one-time link lead to. */
import type { Area } from '@/shared/area'

export const area: Area = {
  routes: [
    {
      path: '/login',
      name: 'login',
      component: () => import('./SignInPage.vue'),
      meta: { title: 'signin.title', open: true },
    },
    {
      path: '/register',
      name: 'register',
      component: () => import('./RegisterPage.vue'),
      meta: { title: 'signin.register.title', open: true },
    },
    {
      path: '/reset',
      name: 'reset',
      component: () => import('./ResetPage.vue'),
      meta: { title: 'signin.reset.title', open: true },
    },
  ],
}
