import { type ErrorCode, errorCatalogue } from '../contract/errors.ts'
import type { Dialect, DialectName } from './dialects/dialect.ts'
import { dialectOf, targetOf } from './endpoints.ts'

/** What node's parser gives along with its errors. */
export interface ParseError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer
}

interface Problem {
  readonly code: ErrorCode
  readonly message: string
}

/** What is wrong, without a word of what was sent. */
export function problemOf(error: ParseError): Problem {
  const own = problems[error.code ?? '']
  if (own !== undefined) return own
  if (error.rawPacket?.[0] === tlsHandshake)
    return bad('This port speaks plain HTTP and was spoken to in TLS: use http://.')
  return bad(details[error.code ?? ''] ?? errorCatalogue.bad_request.help)
}

const tlsHandshake = 0x16

const bad = (message: string): Problem => ({ code: 'bad_request', message })

const problems: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large', message: errorCatalogue.headers_too_large.help },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'headers_timeout', message: errorCatalogue.headers_timeout.help },
  METHOD_CONNECT: { code: 'method_not_allowed', message: 'CONNECT is not served: this is no forward proxy.' },
}

const details: Readonly<Record<string, string>> = {
  HPE_INVALID_METHOD: 'The request line does not begin with an HTTP method.',
  HPE_INVALID_URL: 'The path of the request line is not valid.',
  HPE_INVALID_VERSION: 'The request line does not end with HTTP/1.1 or HTTP/1.0.',
  HPE_INVALID_CONSTANT: 'The request line is not valid.',
  HPE_INVALID_HEADER_TOKEN: 'A header has a character that headers must not have.',
  HPE_INVALID_CONTENT_LENGTH: 'Content-Length is not a number.',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'Content-Length was sent twice or beside Transfer-Encoding.',
  HPE_INVALID_TRANSFER_ENCODING: 'Transfer-Encoding may only be chunked.',
  HPE_INVALID_CHUNK_SIZE: 'The chunks of the body are not framed correctly.',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'The chunks of the body have too long extensions.',
  HPE_STRICT: 'The chunks of the body are not framed correctly.',
  HPE_CR_EXPECTED: 'A line of the head does not end in CR LF.',
  HPE_LF_EXPECTED: 'A line of the head does not end in CR LF.',
  HPE_INVALID_EOF_STATE: 'The connection was closed in the middle of the request.',
}

/** The whole answer to what never became a request, in the dialect of its path if that much could be read. */
export function malformedAnswer(
  error: ParseError,
  from: { readonly requestId: string; readonly dialects: Readonly<Record<DialectName, Dialect>> },
): string {
  const { code, message } = problemOf(error)
  const { status, kind } = errorCatalogue[code]
  const { requestId } = from
  const dialect = from.dialects[dialectOf(pathIn(error.rawPacket))]
  const body = JSON.stringify(dialect.writeError({ status, kind, code, message, requestId }))
  const lines = [
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Bad Request'}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-sidelight-request-id: ${requestId}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** The path of the request line, as far as it arrived. */
export function pathIn(packet: Buffer | undefined): string {
  const line = packet?.toString('latin1', 0, 256) ?? ''
  return targetOf(/^[A-Z]+ (\S+)/.exec(line)?.[1] ?? '/').pathname
}

const reasons: Readonly<Record<number, string>> = {
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}
