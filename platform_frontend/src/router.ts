/** Addresses of the pages. Each area brings its own. */
import { createRouter, createWebHistory, type RouteLocationNormalized, type Router } from 'vue-router'
import { areas } from '@/shared/area'
import { useSession } from '@/stores/session'

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/'),
    routes: [
      ...areas.flatMap((area) => area.routes),
      {
        path: '/:path(.*)*',
        name: 'missing',
        component: () => import('@/shared/layout/MissingPage.vue'),
        meta: { title: 'shell.missing.title' },
      },
    ],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach(admit)
  return router
}

/** Whoever is not signed in goes to the sign-in page, and from there to where they wanted. */
async function admit(to: RouteLocationNormalized) {
  const session = useSession()
  if (session.who === null) await session.load()
  if (!session.signedIn && !to.meta.open) {
    return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  }
  if (session.signedIn && to.name === 'login') return { path: '/' }
  return true
}
