/** What a visitor asks for. */
import { useQuery } from '@tanstack/vue-query'
import { api, call } from '@/api/client'

export function useRegistration(invitation: string) {
  return useQuery({
    queryKey: ['registration', invitation],
    queryFn: () => call(api.GET('/api/v1/registration', { params: { query: invitation ? { invitation } : {} } })),
    staleTime: 60_000,
  })
}
