import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PageFile } from './files.ts'

/** Nothing but what this origin serves runs, is shown, is asked or may frame the page. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

export const usualHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  res.writeHead(status, {
    ...usualHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  })
  res.end(text)
}

export function sendError(
  res: ServerResponse,
  status: number,
  error: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent) res.destroy()
  else sendJson(res, status, error, headers)
}

/** Asked for again each time, and sent again only when it is another one: an update is there at once. */
export function sendFile(
  req: IncomingMessage,
  res: ServerResponse,
  { type, body, zipped, etag }: PageFile,
): void {
  const headers = {
    ...usualHeaders,
    'content-type': type,
    'cache-control': 'no-cache',
    etag,
    vary: 'accept-encoding',
  }
  if (req.headers['if-none-match'] === etag) {
    res.writeHead(304, headers)
    res.end()
    return
  }
  const isZipped = /\bgzip\b/.test(req.headers['accept-encoding'] ?? '')
  const bytes = isZipped ? zipped : body
  res.writeHead(200, {
    ...headers,
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    'content-length': bytes.length,
  })
  res.end(req.method === 'HEAD' ? undefined : bytes)
}

/** A body of a few words; undefined when it is longer, late, or no JSON. */
export async function readJson(req: IncomingMessage, bytesMax = 4096): Promise<unknown> {
  let text = ''
  for await (const chunk of req.setEncoding('utf8')) {
    text += chunk
    if (text.length > bytesMax) return undefined
  }
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    return undefined
  }
}
