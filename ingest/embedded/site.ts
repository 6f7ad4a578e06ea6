import type { IncomingMessage } from 'node:http'
import { QueryError } from './problem.ts'

/**
 * Loopback does not keep web pages out: the browser on this machine runs those of others. A name that was
 * rebound to 127.0.0.1 shows in Host, a page of another site or port in Origin.
 */
export function refuseForeignSite(req: IncomingMessage, allowedHosts: readonly string[]): void {
  const host = (req.headers.host ?? '').toLowerCase()
  const known = ['localhost', '127.0.0.1', '[::1]', ...allowedHosts.map((name) => name.toLowerCase())]
  if (!known.includes(host.replace(/:\d{1,5}$/, '')) && !known.includes(host)) {
    throw QueryError.of('ACCESS_DENIED', 'This host name is not served here: add it to allowedHosts')
  }
  const { origin } = req.headers
  if (origin !== undefined && !isSameSite(origin, host)) {
    throw QueryError.of('ACCESS_DENIED', 'Requests from other sites are refused')
  }
}

/** Host and port: another port of this machine is another program's page. */
function isSameSite(origin: string, host: string): boolean {
  const from = URL.parse(origin)?.host
  return from !== undefined && from !== '' && from === URL.parse(`http://${host}`)?.host
}
