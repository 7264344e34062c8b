import { afterEach, expect, test, vi } from 'vitest'
import { api, call, onSignedOut } from './client'
import { Problem } from './problem'

function answer(status: number, body: unknown): ReturnType<typeof vi.fn> {
  const response = () => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  const stand = vi.fn(() => Promise.resolve(response()))
  vi.stubGlobal('fetch', stand)
  return stand
}

afterEach(() => {
  vi.unstubAllGlobals()
  document.cookie = 'microservo_csrf=; max-age=0'
})

test('a body comes back as it is', async () => {
  answer(200, { injections: 3 })
  expect(await call(api.GET('/api/v1/changes'))).toEqual({ injections: 3 })
})

test('writes carry the token of the cookie as it is at that time', async () => {
  const stand = answer(200, {})
  document.cookie = 'microservo_csrf=abc'
  await call(api.POST('/api/v1/faults/emergency-stop/release'))
  const sent = stand.mock.calls[0]?.[0] as Request
  expect(sent.headers.get('X-CSRFToken')).toBe('abc')
})

test('a refusal is thrown with its code, its params and its messages by field', async () => {
  answer(400, { status: 400, detail: 'no', code: 'input.invalid', params: { a: 1 }, errors: { kind: ['unknown'] } })
  const refused = await call(api.GET('/api/v1/faults/kinds')).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Problem)
  expect(refused).toMatchObject({ status: 400, code: 'input.invalid', params: { a: 1 }, fields: { kind: ['unknown'] } })
})

test('an answer that is no problem document is one with the status', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>Bad gateway</html>', { status: 502 })))
  await expect(call(api.GET('/api/v1/changes'))).rejects.toMatchObject({ status: 502, code: 'http.502' })
})

test('no answer at all is a problem too', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  await expect(call(api.GET('/api/v1/changes'))).rejects.toMatchObject({ code: 'client.unreachable' })
})

test('those who want to know are told when the session is over, but not when a sign-in failed', async () => {
  const told = vi.fn()
  const stop = onSignedOut(told)
  answer(401, { status: 401, detail: 'no', code: 'request.not_authenticated' })
  await call(api.POST('/api/v1/session', { body: { username: 'a', password: 'b' } })).catch(() => undefined)
  expect(told).not.toHaveBeenCalled()
  await call(api.GET('/api/v1/changes')).catch(() => undefined)
  expect(told).toHaveBeenCalledOnce()
  stop()
})
