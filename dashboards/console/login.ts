import type { IncomingMessage, ServerResponse } from 'node:http'
import { cookieFor, cookieName, cookieSeconds, isToken } from './access.ts'
import type { ConsoleOptions } from './options.ts'
import { readJson, sendError, usualHeaders } from './replies.ts'

/** Guesses per minute, of everybody together: a token is long, and whoever has it needs one try. */
const triesMax = 20
const minuteMs = 60_000

/** The token against a cookie that no script can read: a stream of events cannot send a header. */
export function createLogin({ access, nowMs }: ConsoleOptions) {
  let tries: number[] = []
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (req.method !== 'POST')
      return sendError(res, 405, { error: 'this address takes POST' }, { allow: 'POST' })
    const from = req.headers['sec-fetch-site']
    if (from !== undefined && from !== 'same-origin')
      return sendError(res, 403, { error: 'requests from other sites are refused' })
    if (!/^application\/json\b/i.test(req.headers['content-type'] ?? ''))
      return sendError(res, 415, { error: 'expected content-type: application/json' })
    const { token } = access
    if (token === undefined || token === '') return sendError(res, 404, { error: 'no token is needed here' })
    const now = nowMs()
    tries = tries.filter((at) => at > now - minuteMs)
    if (tries.length >= triesMax)
      return sendError(res, 429, { error: 'too many tries; wait a minute' }, { 'retry-after': '60' })
    const body = await readJson(req)
    const sent = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined
    if (typeof sent !== 'string' || !isToken(sent, token)) {
      tries.push(now)
      return sendError(res, 401, { error: 'that is not the token' })
    }
    const cookie = `${cookieName}=${cookieFor(token, now)}; Path=/console; Max-Age=${cookieSeconds}; HttpOnly; SameSite=Strict`
    res.writeHead(204, { ...usualHeaders, 'cache-control': 'no-store', 'set-cookie': cookie })
    res.end()
  }
}
