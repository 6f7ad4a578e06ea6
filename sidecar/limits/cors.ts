import type { IncomingMessage, ServerResponse } from 'node:http'
import { isOwnPage } from './foreign.ts'

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
/** Browsers send names of header fields and nothing else. */
const names = /^[\w!#$%&'*+.^`|~-]+(?: *, *[\w!#$%&'*+.^`|~-]+){0,99}$/
const preflightSeconds = '600'

/** Lets a page of this machine, or of `allowedHosts`, read the answer; other origins get no such permission. */
export function allowReading(
  req: IncomingMessage,
  res: ServerResponse,
  allowedHosts: readonly string[],
): boolean {
  const { origin } = req.headers
  if (origin === undefined || !isOwnPage(origin, allowedHosts)) return false
  res.setHeader('vary', 'origin')
  res.setHeader('access-control-allow-origin', origin)
  res.setHeader('access-control-expose-headers', '*')
  return true
}

/**
 * The question that browsers ask before a page's request. It bears no key and asks for nothing, so it is
 * answered without the pipeline and has no record. False: it is none, or comes from a stranger.
 */
export function answerPreflight(
  req: IncomingMessage,
  res: ServerResponse,
  allowedHosts: readonly string[],
): boolean {
  const { headers } = req
  if (headers['access-control-request-method'] === undefined) return false
  if (!allowReading(req, res, allowedHosts)) return false
  const asked = headers['access-control-request-headers'] ?? ''
  res.setHeader('access-control-allow-methods', methods)
  if (names.test(asked)) res.setHeader('access-control-allow-headers', asked)
  if (headers['access-control-request-private-network'] === 'true')
    res.setHeader('access-control-allow-private-network', 'true')
  res.setHeader('access-control-max-age', preflightSeconds)
  res.writeHead(204).end()
  return true
}
