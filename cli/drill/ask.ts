import { request } from 'node:http'
import type { DialectName } from '../../sidecar/dialects/dialect.ts'
import { questions } from './dialects.ts'

/** What came back over the wire, and when. */
export interface Came {
  /** 0: no answer at all. */
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Buffer
  /** It ended as HTTP says an answer ends, and not with its connection. */
  readonly isClean: boolean
  readonly tookMs: number
  /** When bytes came, from the start. */
  readonly piecesMs: readonly number[]
  /** It had to be given up. */
  readonly isLost: boolean
}

export interface Ask {
  readonly origin: string
  readonly route: string
  readonly dialect: DialectName
  readonly streamed: boolean
  readonly headers: Readonly<Record<string, string>>
  /** Far beyond what the route allows. */
  readonly giveUpMs: number
}

/** One request on a connection of its own. Never rejects. */
export function ask(from: Ask): Promise<Came> {
  const { path, body } = questions[from.dialect](from.route, from.streamed)
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    const piecesMs: number[] = []
    let status = 0
    let headers: Came['headers'] = {}
    let isLost = false
    const end = (isClean: boolean) => {
      clearTimeout(timer)
      const tookMs = performance.now() - startedAt
      resolve({ status, headers, bytes: Buffer.concat(pieces), isClean, tookMs, piecesMs, isLost })
    }
    const call = request(`${from.origin}${path}`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', ...from.headers },
    })
    const timer = setTimeout(() => {
      isLost = true
      call.destroy()
    }, from.giveUpMs)
    call.on('response', (response) => {
      status = response.statusCode ?? 0
      headers = response.headers
      response.on('data', (piece: Buffer) => {
        pieces.push(piece)
        piecesMs.push(performance.now() - startedAt)
      })
      // What follows the last byte tells whether there should have been more.
      response.on('close', () => end(response.complete))
      response.on('error', () => {})
    })
    call.on('error', () => end(false))
    call.end(JSON.stringify(body))
  })
}
