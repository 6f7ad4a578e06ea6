import type { Frame, Framer } from './frame.ts'
import { PendingBytes } from './pending-bytes.ts'

/** Events above this are passed on without being read: no provider sends one, except for inline images. */
const defaultEventBytesMax = 16 * 1024 * 1024

const lineFeed = 0x0a
const carriageReturn = 0x0d
const colon = 0x3a
const space = 0x20

/**
 * Cuts server-sent events at their blank lines. Any of \n, \r\n and \r ends a line, and a chunk may end
 * anywhere. Comments and stray blank lines come out as frames without data, so nothing is lost.
 */
export function createSseFramer(options: { readonly eventBytesMax?: number } = {}): Framer {
  return new SseFramer(options.eventBytesMax ?? defaultEventBytesMax)
}

class SseFramer implements Framer {
  readonly #eventBytesMax: number
  /** The bytes not yet emitted; positions below count from their start. */
  readonly #tail = new PendingBytes()
  #frameStart = 0
  /** Start of the unfinished line; -1 when it began in bytes already emitted (oversize events only). */
  #lineStart = 0
  /** Before this position there is no unread line break: nothing is searched twice. */
  #searchFrom = 0
  #atStreamStart = true
  #lastBreakWasCr = false
  #mayContinueCrLf = false
  #oversize = false
  #event = ''
  #data: string | undefined

  constructor(eventBytesMax: number) {
    this.#eventBytesMax = eventBytesMax
  }

  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = []
    if (chunk.length === 0) return frames
    this.#tail.append(chunk)
    this.#readLines(frames)
    this.#keepTail(frames)
    return frames
  }

  end(): Frame[] {
    const frames: Frame[] = []
    const length = this.#tail.bytes.length
    if (length === 0) return frames
    // A \r at the very end was kept back only in case a \n followed.
    const lineEnd = this.#searchFrom < length ? length - 1 : length
    if (this.#atStreamStart) this.#skipByteOrderMark()
    if (lineEnd > this.#lineStart) this.#takeLine(this.#lineStart, lineEnd)
    this.#emit(frames, length)
    this.#tail.drop(length)
    this.#frameStart = this.#lineStart = this.#searchFrom = 0
    return frames
  }

  #readLines(frames: Frame[]): void {
    const pending = this.#tail.bytes
    const length = pending.length
    let feed = -1
    let carriage = -1
    for (;;) {
      if (this.#mayContinueCrLf && this.#searchFrom < length) this.#swallowLineFeed()
      const from = this.#searchFrom
      if (from === length) return
      // Most blank lines start right here: looking costs less than a native search.
      if (feed < from) feed = pending[from] === lineFeed ? from : find(pending, lineFeed, from)
      if (carriage < from) carriage = find(pending, carriageReturn, from)
      const lineEnd = Math.min(feed, carriage)
      if (lineEnd === length) {
        this.#searchFrom = length
        return
      }
      if (this.#atStreamStart) this.#skipByteOrderMark()
      const isBlank = lineEnd === this.#lineStart
      let next = lineEnd + 1
      if (lineEnd === carriage) {
        // After a line that ended in a lone \r, a blank line ending in \r is complete at once: waiting for
        // a \n that never comes would hold the event back until the next one.
        if (isBlank && this.#lastBreakWasCr) this.#mayContinueCrLf = true
        else if (next === length) {
          this.#searchFrom = lineEnd
          return
        } else if (feed === next) next += 1
      }
      this.#lastBreakWasCr = lineEnd === carriage && next === lineEnd + 1
      if (isBlank) this.#emit(frames, next)
      else this.#takeLine(this.#lineStart, lineEnd)
      this.#lineStart = this.#searchFrom = next
    }
  }

  /** The \n of a \r\n whose \r already ended a frame: it opens the next frame's bytes and means nothing. */
  #swallowLineFeed(): void {
    this.#mayContinueCrLf = false
    if (this.#tail.bytes[this.#searchFrom] !== lineFeed) return
    this.#lastBreakWasCr = false
    this.#lineStart = this.#searchFrom += 1
  }

  #skipByteOrderMark(): void {
    this.#atStreamStart = false
    const pending = this.#tail.bytes
    if (pending[0] === 0xef && pending[1] === 0xbb && pending[2] === 0xbf) this.#lineStart = 3
  }

  #takeLine(start: number, end: number): void {
    if (this.#oversize) return
    const pending = this.#tail.bytes
    const first = pending[start]
    // 'd' and 'e': every other field (id, retry, comments) is passed on but not needed.
    if (first === 0x64) {
      const from = valueStart(pending, start, end, 'data')
      if (from < 0) return
      const text = from === end ? '' : pending.toString('utf8', from, end)
      this.#data = this.#data === undefined ? text : `${this.#data}\n${text}`
    } else if (first === 0x65) {
      const from = valueStart(pending, start, end, 'event')
      if (from >= 0) this.#event = pending.toString('utf8', from, end)
    }
  }

  #emit(frames: Frame[], end: number): void {
    const pending = this.#tail.bytes
    const isWhole = this.#frameStart === 0 && end === pending.length
    const raw = isWhole ? pending : pending.subarray(this.#frameStart, end)
    if (this.#oversize || raw.length > this.#eventBytesMax) frames.push(oversizeFrame(raw))
    else frames.push({ event: this.#event, data: this.#data ?? '', raw, hasData: this.#data !== undefined })
    this.#frameStart = end
    this.#event = ''
    this.#data = undefined
    this.#oversize = false
  }

  #keepTail(frames: Frame[]): void {
    if (this.#oversize || this.#tail.bytes.length - this.#frameStart > this.#eventBytesMax) {
      this.#flushOversize(frames)
    }
    const start = this.#frameStart
    if (start === 0) return
    this.#tail.drop(start)
    this.#lineStart = this.#lineStart < start ? -1 : this.#lineStart - start
    this.#searchFrom -= start
    this.#frameStart = 0
  }

  /** Passes on what there is of an event too large to hold; only a \r that may open a \r\n stays. */
  #flushOversize(frames: Frame[]): void {
    const end = this.#searchFrom
    if (end > this.#frameStart) frames.push(oversizeFrame(this.#tail.bytes.subarray(this.#frameStart, end)))
    this.#frameStart = end
    this.#oversize = true
    this.#event = ''
    this.#data = undefined
  }
}

function oversizeFrame(raw: Buffer): Frame {
  return { event: '', data: '', raw, hasData: false, oversize: true }
}

/** The length when there is none, so that positions compare without a special case. */
function find(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from)
  return at < 0 ? bytes.length : at
}

/** Where the value of a line `field: value` starts; -1 when the line is another field. */
function valueStart(bytes: Buffer, start: number, end: number, field: 'data' | 'event'): number {
  let at = start
  for (let index = 0; index < field.length; index += 1, at += 1) {
    if (bytes[at] !== field.charCodeAt(index)) return -1
  }
  if (at === end) return end
  if (at > end || bytes[at] !== colon) return -1
  at += 1
  return at < end && bytes[at] === space ? at + 1 : at
}
