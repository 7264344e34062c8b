import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { STALLED_MS, useUploads } from './uploads'

class FakeRequest extends EventTarget {
  static last: FakeRequest
  upload = new EventTarget()
  status = 0
  responseText = ''
  opened: string[] = []
  headers: Record<string, string> = {}
  constructor() {
    super()
    FakeRequest.last = this
  }
  open(method: string, address: string): void { this.opened = [method, address] }
  setRequestHeader(name: string, value: string): void { this.headers[name] = value }
  send = vi.fn()
  abort(): void { this.dispatchEvent(new Event('abort')) }
  answer(status: number, body: object): void {
    Object.assign(this, { status, responseText: JSON.stringify(body) })
    this.dispatchEvent(new Event('load'))
  }
}

const FILE = new File(['zip'], 'old data.ZIP')

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('the file itself is the body, and its name is told', () => {
  useUploads().start(FILE)
  expect(FakeRequest.last.opened).toEqual(['POST', '/api/v1/datasets/import?name=old%20data'])
  expect(FakeRequest.last.headers['Content-Type']).toBe('application/zip')
  expect(FakeRequest.last.send).toHaveBeenCalledWith(FILE)
})

test('what has been sent is told, and what it became', async () => {
  const uploads = useUploads()
  const upload = uploads.start(FILE)
  FakeRequest.last.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded: 2 }))
  expect(upload).toMatchObject({ sent: 2, state: 'sending' })
  expect(uploads.sending).toBe(true)
  FakeRequest.last.answer(202, { id: 'd1', name: 'old' })
  await vi.waitFor(() => { expect(upload.state).toBe('sent') })
  expect(upload.dataset?.id).toBe('d1')
  expect(uploads.sending).toBe(false)
})

test('a refusal is kept as the platform said it', async () => {
  const upload = useUploads().start(FILE)
  FakeRequest.last.answer(409, { status: 409, code: 'dataset.here', detail: 'It is here already.' })
  await vi.waitFor(() => { expect(upload.state).toBe('failed') })
  expect(upload.problem).toMatchObject({ status: 409, code: 'dataset.here' })
})

test('one that stands still is given up', async () => {
  const upload = useUploads().start(FILE)
  vi.advanceTimersByTime(STALLED_MS - 1)
  FakeRequest.last.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded: 1 }))
  vi.advanceTimersByTime(STALLED_MS - 1)
  expect(upload.state).toBe('sending')
  vi.advanceTimersByTime(1)
  await vi.waitFor(() => { expect(upload.problem?.code).toBe('client.brokenOff') })
})
