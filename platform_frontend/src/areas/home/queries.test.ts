import { expect, test, vi } from 'vitest'
import { buildDataset } from './queries'

test('the last minutes are asked for as times, ending a little before now', async () => {
  const fetch = vi.fn<(request: Request) => Promise<Response>>()
  fetch.mockResolvedValue(new Response('{}', { status: 202, headers: { 'Content-Type': 'application/json' } }))
  vi.stubGlobal('fetch', fetch)
  await buildDataset('first', 10, Date.parse('2026-11-26T04:10:05.400Z'))
  expect(await fetch.mock.calls[0]?.[0].json()).toEqual({ name: 'first', from: '2026-11-26T04:00:00.000Z', to: '2026-11-26T04:10:00.000Z' })
  vi.unstubAllGlobals()
})
