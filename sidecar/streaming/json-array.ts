import type { Frame, Framer } from './frame.ts'
import { PendingBytes } from './pending-bytes.ts'

/** As for server-sent events: elements above this are passed on without being read. */
const defaultElementBytesMax = 16 * 1024 * 1024

const quote = 0x22
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/**
 * Cuts a streamed JSON array (Gemini without `alt=sse`) behind each of its objects; the commas between
 * belong to the element that follows. An object that stands alone, as some errors do, is one frame. The
 * JSON is not checked: what is no object travels along with the next frame.
 */
export function createJsonArrayFramer(options: { readonly elementBytesMax?: number } = {}): Framer {
  return new JsonArrayFramer(options.elementBytesMax ?? defaultElementBytesMax)
}

class JsonArrayFramer implements Framer {
  readonly #elementBytesMax: number
  readonly #tail = new PendingBytes()
  /** Positions count from the start of the tail. */
  #frameStart = 0
  /** The opening brace of the current element; -1 between elements. */
  #elementStart = -1
  #position = 0
  #depth = 0
  /** Open brackets around the elements: 1 in an array, 0 for a lone object. */
  #outerDepth = 0
  #inString = false
  /** The byte before was a backslash that escapes the next one. */
  #escaped = false
  #oversize = false

  constructor(elementBytesMax: number) {
    this.#elementBytesMax = elementBytesMax
  }

  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = []
    if (chunk.length === 0) return frames
    this.#tail.append(chunk)
    this.#scan(frames)
    this.#keepTail(frames)
    return frames
  }

  end(): Frame[] {
    const raw = this.#tail.bytes
    if (raw.length === 0) return []
    this.#tail.drop(raw.length)
    return [{ event: '', data: '', raw, hasData: false, ...(this.#oversize && { oversize: true as const }) }]
  }

  #scan(frames: Frame[]): void {
    const bytes = this.#tail.bytes
    while (this.#position < bytes.length) {
      if (this.#inString) {
        this.#skipString(bytes)
        continue
      }
      const byte = bytes[this.#position]
      this.#position += 1
      if (byte === quote) this.#inString = true
      else if (byte === openBrace || byte === openBracket) this.#open(byte)
      else if (byte === closeBrace || byte === closeBracket) this.#close(frames)
    }
  }

  #open(byte: number): void {
    if (this.#depth === this.#outerDepth && this.#elementStart < 0) {
      if (byte === openBracket && this.#outerDepth === 0) this.#outerDepth = 1
      else this.#elementStart = this.#position - 1
    }
    this.#depth += 1
  }

  #close(frames: Frame[]): void {
    this.#depth -= 1
    if (this.#elementStart >= 0 && this.#depth === this.#outerDepth) this.#emit(frames, true)
    // The end of the array goes out at once: the caller is waiting for it.
    else if (this.#depth === 0) this.#emit(frames, false)
  }

  /** To behind the closing quote, or to the end of what there is. */
  #skipString(bytes: Buffer): void {
    let at = this.#position
    for (; at < bytes.length && this.#inString; at += 1) {
      const byte = bytes[at]
      if (this.#escaped) this.#escaped = false
      else if (byte === backslash) this.#escaped = true
      else if (byte === quote) this.#inString = false
    }
    this.#position = at
  }

  #emit(frames: Frame[], hasData: boolean): void {
    const bytes = this.#tail.bytes
    const end = this.#position
    const raw = bytes.subarray(this.#frameStart, end)
    if (this.#oversize || raw.length > this.#elementBytesMax) frames.push(oversizeFrame(raw))
    else {
      const data = hasData ? bytes.toString('utf8', this.#elementStart, end) : ''
      frames.push({ event: '', data, raw, hasData })
    }
    this.#frameStart = end
    this.#elementStart = -1
    this.#oversize = false
  }

  #keepTail(frames: Frame[]): void {
    const length = this.#tail.bytes.length
    if (length > this.#frameStart && (this.#oversize || length - this.#frameStart > this.#elementBytesMax)) {
      frames.push(oversizeFrame(this.#tail.bytes.subarray(this.#frameStart)))
      this.#frameStart = length
      // Between elements there is nothing to give up on: only the space between them was too long.
      this.#oversize = this.#elementStart >= 0
    }
    const start = this.#frameStart
    this.#tail.drop(start)
    this.#position -= start
    if (this.#elementStart >= 0) this.#elementStart = Math.max(0, this.#elementStart - start)
    this.#frameStart = 0
  }
}

function oversizeFrame(raw: Buffer): Frame {
  return { event: '', data: '', raw, hasData: false, oversize: true }
}
