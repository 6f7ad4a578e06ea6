export interface ResponseEvents {
  /** Server-sent events that have just become complete. */
  onEvents(count: number, isFirst: boolean): void
  onEnd(status: number): void
}

type State = 'head' | 'length' | 'chunk-size' | 'chunk-data' | 'trailer' | 'until-close'

/** Reads HTTP/1.1 answers off one connection, doing no more than finding their ends and counting events. */
export function responseReader(events: ResponseEvents) {
  let state: State = 'head'
  let rest: Buffer | undefined
  let missing = 0
  let status = 0
  let seen = 0
  let wasNewline = false

  const start = () => {
    state = 'head'
    seen = 0
    wasNewline = false
  }

  const payload = (bytes: Buffer, from: number, to: number) => {
    let count = 0
    for (let at = from; at < to; at++) {
      const byte = bytes[at]
      if (byte === 10) {
        if (wasNewline) count++
        wasNewline = !wasNewline
      } else if (byte !== 13) wasNewline = false
    }
    if (count === 0) return
    events.onEvents(count, seen === 0)
    seen += count
  }

  const readHead = (bytes: Buffer, at: number): number => {
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end < 0) return -1
    const head = bytes.toString('latin1', at, end)
    status = Number(head.slice(9, 12))
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    missing = Number(length ?? 0)
    if (length !== undefined) state = 'length'
    else state = /\r\ntransfer-encoding: *chunked/i.test(head) ? 'chunk-size' : 'until-close'
    return end + 4
  }

  const readSize = (bytes: Buffer, at: number): number => {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) return -1
    missing = Number.parseInt(bytes.toString('latin1', at, end), 16)
    state = missing === 0 ? 'trailer' : 'chunk-data'
    // The line end after the data belongs to the chunk.
    missing += 2
    return end + 2
  }

  /** Returns where to go on, or -1 when more bytes are needed from `at` on. */
  const step = (bytes: Buffer, at: number): number => {
    if (state === 'head') return readHead(bytes, at)
    if (state === 'chunk-size') return readSize(bytes, at)
    if (state === 'until-close') return bytes.length
    const to = Math.min(bytes.length, at + missing)
    if (state === 'chunk-data') payload(bytes, at, Math.min(to, at + Math.max(0, missing - 2)))
    missing -= to - at
    if (missing === 0 && state === 'chunk-data') state = 'chunk-size'
    else if (missing === 0) {
      state = 'head'
      events.onEnd(status)
    }
    return to
  }

  const push = (chunk: Buffer) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk
    rest = undefined
    for (let at = 0; at < bytes.length || (state === 'length' && missing === 0); ) {
      const next = step(bytes, at)
      if (next < 0) {
        rest = bytes.subarray(at)
        return
      }
      at = next
    }
  }
  return { push, start }
}
