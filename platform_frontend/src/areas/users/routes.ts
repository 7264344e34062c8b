import { UserFilled } from '@element-plus/icons-vue'
import type { Area } from '@/shared/area'

export const area: Area = {
  navigation: [{ label: 'users.title', icon: UserFilled, to: '/users', order: 90, needs: 'users_list' }],
  routes: [{ path: '/users', name: 'users', component: () => import('./UsersPage.vue'), meta: { title: 'users.title' } }],
}
