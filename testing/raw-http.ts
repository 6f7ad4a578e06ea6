export interface RawRequest {
  readonly method: string
  readonly path: string
  /** Name, value, name, value … exactly as sent, duplicates and order kept. */
  readonly rawHeaders: readonly string[]
  /** Lower-cased names; the last value of a repeated header. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Decoded from chunks when it came in chunks. Empty when answering on the head. */
  readonly body: Buffer
  readonly bodyText: string
}

const headEnd = Buffer.from('\r\n\r\n')

/**
 * Reads HTTP/1.1 requests off one socket, one after the other. Correct for content-length and chunked
 * bodies, which is all that real clients send; it trusts its peer, so it is for tests only.
 */
export function requestReader(onHead: boolean, onRequest: (request: RawRequest) => void) {
  let rest: Buffer = Buffer.alloc(0)
  let skip: { readonly head: Head } | undefined
  return (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const head = skip?.head ?? readHead(rest)
      if (!head) return
      if (onHead && !skip) {
        onRequest(requestOf(head, Buffer.alloc(0)))
        skip = { head }
      }
      const read = readBody(rest, head)
      if (!read) return
      rest = rest.subarray(read.end)
      if (!onHead) onRequest(requestOf(head, read.body))
      skip = undefined
    }
  }
}

interface Head {
  readonly method: string
  readonly path: string
  readonly rawHeaders: string[]
  readonly headers: Record<string, string>
  readonly length: number
}

function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf(headEnd)
  if (end < 0) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const [method = '', path = ''] = first.split(' ')
  const rawHeaders: string[] = []
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    rawHeaders.push(name, value)
    headers[name.toLowerCase()] = value
  }
  return { method, path, rawHeaders, headers, length: end + headEnd.length }
}

function requestOf(head: Head, body: Buffer): RawRequest {
  const { method, path, rawHeaders, headers } = head
  return { method, path, rawHeaders, headers, body, bodyText: body.toString('utf8') }
}

function readBody(bytes: Buffer, head: Head): { body: Buffer; end: number } | undefined {
  if (head.headers['transfer-encoding']?.toLowerCase() === 'chunked') return readChunks(bytes, head.length)
  const end = head.length + Number(head.headers['content-length'] ?? 0)
  return bytes.length < end ? undefined : { body: bytes.subarray(head.length, end), end }
}

function readChunks(bytes: Buffer, from: number): { body: Buffer; end: number } | undefined {
  const parts: Buffer[] = []
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const next = lineEnd + 2 + size + 2
    if (bytes.length < next) return undefined
    if (size === 0) return { body: Buffer.concat(parts), end: next }
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = next
  }
}
