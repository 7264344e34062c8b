/** Where to go after signing in: an address of this page only, never one that a link brought from elsewhere. */
export function nextOf(query: unknown): string {
  if (typeof query !== 'string' || !query.startsWith('/') || query.startsWith('//') || query.includes('\\')) return '/'
  return query
}
