/**
 * Uploads of this tab. They go on while one looks at other pages. By XMLHttpRequest, for `fetch` does not tell how much
 * of a body has been sent.
 */
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import { address } from '@/api/address'
import { csrfToken } from '@/api/client'
import { asProblem, Problem, problemOf, unreachable } from '@/api/problem'
import type { Dataset } from '@/api/types'

/** An upload of which nothing got through for so long has broken off. */
export const STALLED_MS = 60_000

export type UploadState = 'sending' | 'sent' | 'failed'

export interface Upload {
  key: number
  name: string
  size: number
  sent: number
  began: number
  state: UploadState
  problem: Problem | null
  dataset: Dataset | null
  abort: () => void
}

/** Bytes a second so far; 0: too early to tell. */
export function rateOf(upload: Upload, now: number): number {
  const seconds = (now - upload.began) / 1000
  return seconds >= 1 ? upload.sent / seconds : 0
}

export const useUploads = defineStore('uploads', () => {
  const all = ref<Upload[]>([])
  const sending = computed(() => all.value.some((each) => each.state === 'sending'))
  let keys = 0

  function start(file: File): Upload {
    const request = new XMLHttpRequest()
    const upload = reactive<Upload>({
      key: ++keys, name: file.name, size: file.size, sent: 0, began: Date.now(), state: 'sending', problem: null, dataset: null,
      abort: () => { request.abort() },
    })
    all.value.unshift(upload)
    send(request, file, upload).then(
      (dataset) => { Object.assign(upload, { state: 'sent', dataset, sent: file.size }) },
      (error: unknown) => { Object.assign(upload, { state: 'failed', problem: asProblem(error) }) },
    )
    return upload
  }

  function forget(key: number): void {
    all.value = all.value.filter((each) => each.key !== key)
  }

  return { all, sending, start, forget }
})

/** Resolves with the dataset that is being checked; else throws a Problem. */
function send(request: XMLHttpRequest, file: File, upload: Upload): Promise<Dataset> {
  return new Promise((resolve, reject) => {
    let stalled = 0
    const watch = (): void => {
      window.clearTimeout(stalled)
      stalled = window.setTimeout(() => { request.abort() }, STALLED_MS)
    }
    const end = (finish: () => void) => () => {
      window.clearTimeout(stalled)
      finish()
    }
    request.upload.addEventListener('progress', ({ loaded }) => {
      upload.sent = loaded
      watch()
    })
    request.addEventListener('load', end(() => { answered(request).then(resolve, reject) }))
    request.addEventListener('error', end(() => { reject(unreachable()) }))
    request.addEventListener('abort', end(() => { reject(new Problem({ status: 0, code: 'client.brokenOff' })) }))
    request.open('POST', address('/api/v1/datasets/import', {}, { name: file.name.replace(/\.zip$/i, '') }))
    request.setRequestHeader('Content-Type', 'application/zip')
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('X-CSRFToken', csrfToken())
    watch()
    request.send(file)
  })
}

async function answered(request: XMLHttpRequest): Promise<Dataset> {
  const { status, responseText } = request
  if (status >= 200 && status < 300) return JSON.parse(responseText) as Dataset
  throw await problemOf(new Response(responseText, { status }))
}
