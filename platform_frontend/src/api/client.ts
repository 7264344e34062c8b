/**
 * The one way to the API. Every call either resolves with the body or throws a `Problem`:
 *
 *     const injection = await call(api.POST('/api/v1/faults/injections', { body }))
 */
import createClient, { type Middleware } from 'openapi-fetch'
import { learnServerTime } from '@/shared/clock'
import { problemOf, unreachable } from './problem'
import type { paths } from './schema'

const CSRF_COOKIE = 'microservo_csrf'
const TIMEOUT_MS = 30_000
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Read anew each time: the cookie changes at sign-in. */
export function csrfToken(): string {
  const found = document.cookie.split('; ').find((each) => each.startsWith(`${CSRF_COOKIE}=`))
  return found ? decodeURIComponent(found.slice(CSRF_COOKIE.length + 1)) : ''
}

const listeners = new Set<() => void>()

/** Calls back when the API says that nobody is signed in (any more). Returns how to end that. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const middleware: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method)) request.headers.set('X-CSRFToken', csrfToken())
    return new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]) })
  },
  async onResponse({ response, schemaPath }) {
    learnServerTime(response.headers.get('Date'))
    if (response.ok) return
    const problem = await problemOf(response)
    if (problem.isSignedOut && schemaPath !== '/api/v1/session') for (const listener of listeners) listener()
    throw problem
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error
    return unreachable()
  },
}

/** With the page's origin, for a Request needs a whole address outside of browsers. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  // Looked up at each call, so that tests can put another in its place.
  fetch: (request) => globalThis.fetch(request),
  querySerializer: { array: { style: 'form', explode: true } },
})
api.use(middleware)

export async function call<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}
