import { Agent, request } from 'node:http'
import type { Letter } from './letter.ts'

/** What came back, as far as the demo looks at it. */
export interface Came {
  /** 0: no answer at all. */
  readonly status: number
  readonly requestId: string
  readonly servedBy: string
  /** It was read to its end. */
  readonly isWhole: boolean
}

export interface Caller {
  send(letter: Letter, headers?: Readonly<Record<string, string>>): Promise<Came>
  /** Cuts what is still under way. */
  close(): void
}

/** Beyond what routes of the demo allow. */
const giveUpMs = 60_000

/** Sends real requests over real sockets. Never rejects. */
export function createCaller(origin: string, socketsMax: number, key?: string): Caller {
  const shown = key === undefined ? {} : { 'x-sidelight-key': key }
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax })
  return {
    close: () => agent.destroy(),
    send: ({ path, body, headers: own, leaveAfterMs }, headers = {}) =>
      new Promise((resolve) => {
        let came: Came = { status: 0, requestId: '', servedBy: '', isWhole: false }
        const call = request(`${origin}${path}`, {
          method: 'POST',
          agent,
          headers: { ...own, ...shown, ...headers },
        })
        const timer = setTimeout(() => call.destroy(), leaveAfterMs ?? giveUpMs)
        const end = (isWhole: boolean) => {
          clearTimeout(timer)
          resolve({ ...came, isWhole })
        }
        call.on('response', (response) => {
          const header = (name: string) => String(response.headers[`x-sidelight-${name}`] ?? '')
          came = {
            status: response.statusCode ?? 0,
            requestId: header('request-id'),
            servedBy: header('served-by'),
            isWhole: false,
          }
          response.resume()
          response.on('error', () => {})
          response.on('close', () => end(response.complete))
        })
        call.on('error', () => end(false))
        // As text it would be joined with the head, which is Latin-1, and spoil the names in there.
        call.end(Buffer.from(body))
      }),
  }
}
