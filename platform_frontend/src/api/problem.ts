/** What the API says when it refuses: problem details (RFC 9457) as an exception that can be shown. */
import type { Body } from './types'

type ProblemBody = Partial<Body<'Problem'>>

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly params: Readonly<Record<string, unknown>>
  /** English messages by input field, and their codes. */
  readonly fields: Readonly<Record<string, string[]>>
  readonly fieldCodes: Readonly<Record<string, string[]>>
  /** Where in a text that was sent something is wrong. */
  readonly places: readonly Body<'ProblemPlace'>[]

  constructor(body: ProblemBody & { status: number }) {
    super(body.detail ?? '')
    this.name = 'Problem'
    this.status = body.status
    this.code = body.code ?? 'other'
    this.params = body.params ?? {}
    this.fields = body.errors ?? {}
    this.fieldCodes = body.error_codes ?? {}
    this.places = body.places ?? []
  }

  /** A sign-in is needed, and not that this one may not. */
  get isSignedOut(): boolean {
    return this.status === 401
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  let body: ProblemBody = {}
  try {
    body = (await response.json()) as ProblemBody
  } catch {
    // A proxy's page, say: the status is all there is to tell.
  }
  return new Problem({ ...body, status: response.status, code: body.code ?? `http.${response.status}` })
}

export function unreachable(): Problem {
  return new Problem({ status: 0, code: 'client.unreachable', detail: 'The platform does not answer.' })
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem({ status: 0, code: 'client.internal', detail: error instanceof Error ? error.message : String(error) })
}
