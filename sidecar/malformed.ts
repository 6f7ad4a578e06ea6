import type { Socket } from 'node:net'
import { type ErrorCode, errorCatalogue } from '../contract/errors.ts'

/** What node's parser refuses never becomes a request: it is answered here, in the shape most clients read. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const code: ErrorCode =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers_too_large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'upload_timeout'
        : 'bad_request'
  const { status, help } = errorCatalogue[code]
  const body = JSON.stringify({ error: { message: help, type: 'invalid_request_error', param: null, code } })
  socket.end(
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Bad Request'}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}
