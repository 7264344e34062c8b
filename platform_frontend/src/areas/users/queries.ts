/** Users and invitations, for admins. */
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, call } from '@/api/client'
import type { Body, Topic } from '@/api/types'

const users: Topic[] = ['users']
export type User = Body<'User'>

export function useUsers(query: MaybeRefOrGetter<{ search?: string; cursor?: string; limit?: number }>) {
  return useQuery({
    queryKey: ['users', computed(() => toValue(query))],
    queryFn: () => call(api.GET('/api/v1/users', { params: { query: toValue(query) } })),
    placeholderData: (before) => before,
    meta: { topics: users },
  })
}

export function useInvitations() {
  return useQuery({
    queryKey: ['invitations'], queryFn: () => call(api.GET('/api/v1/invitations')), meta: { topics: users },
  })
}

export const updateUser = (id: number, body: Body<'PatchedUserUpdateRequest'>) =>
  call(api.PATCH('/api/v1/users/{user_id}', { params: { path: { user_id: id } }, body }))

export const invite = (email: string) => call(api.POST('/api/v1/invitations', { body: { email } }))

export const withdraw = (id: string) =>
  call(api.DELETE('/api/v1/invitations/{invitation_id}', { params: { path: { invitation_id: id } } }))
