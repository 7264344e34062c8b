/** What is one's own: sessions and tokens. */
import { useQuery } from '@tanstack/vue-query'
import { api, call } from '@/api/client'
import type { Body, Topic } from '@/api/types'

const users: Topic[] = ['users']

export function useSessions() {
  return useQuery({ queryKey: ['sessions'], queryFn: () => call(api.GET('/api/v1/sessions')), meta: { topics: users } })
}

export function useTokens() {
  return useQuery({ queryKey: ['tokens'], queryFn: () => call(api.GET('/api/v1/tokens')), meta: { topics: users } })
}

export const endSession = (id: string) =>
  call(api.DELETE('/api/v1/sessions/{session_id}', { params: { path: { session_id: id } } }))

export const deleteToken = (id: string) =>
  call(api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id: id } } }))

export const createToken = (body: Body<'TokenCreateRequest'>) => call(api.POST('/api/v1/tokens', { body }))

export const changePassword = (old: string, fresh: string) =>
  call(api.POST('/api/v1/password', { body: { old, new: fresh } }))

export const updateProfile = (body: Body<'PatchedProfileUpdateRequest'>) => call(api.PATCH('/api/v1/profile', { body }))
