import { crc32 } from 'node:zlib'

/**
 * A spool file is a row of frames: length, CRC-32, payload. What a crash tore off at the end is found by the
 * length or the sum, and everything before it is good.
 */
export const headerBytes = 8

/** One record is a few kilobytes; a length beyond this is no length but garbage. */
export const payloadBytesMax = 16 * 1_048_576

/** No character of a string takes more than three bytes per UTF-16 unit. */
const bytesPerUnitMax = 3

/** Collects frames in one buffer that is used again and again, so that a batch is one write and no garbage. */
export class FrameBatch {
  #buffer = Buffer.allocUnsafe(65_536)
  #bytes = 0
  #count = 0

  get count(): number {
    return this.#count
  }

  get size(): number {
    return this.#bytes
  }

  /** Valid until `clear`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#bytes)
  }

  clear(): void {
    this.#bytes = 0
    this.#count = 0
  }

  /** False when the payload is empty or too large for a frame. */
  add(payload: string): boolean {
    if (payload.length === 0 || payload.length * bytesPerUnitMax > payloadBytesMax) return false
    this.#reserve(headerBytes + payload.length * bytesPerUnitMax)
    const length = this.#buffer.write(payload, this.#bytes + headerBytes, 'utf8')
    this.#seal(length)
    return true
  }

  /** The same of bytes that are UTF-8 already. */
  addBytes(payload: Buffer): boolean {
    if (payload.length === 0 || payload.length > payloadBytesMax) return false
    this.#reserve(headerBytes + payload.length)
    payload.copy(this.#buffer, this.#bytes + headerBytes)
    this.#seal(payload.length)
    return true
  }

  /** Puts the head before a payload that is in its place. */
  #seal(length: number): void {
    const at = this.#bytes
    const start = at + headerBytes
    this.#buffer.writeUInt32LE(length, at)
    this.#buffer.writeUInt32LE(crc32(this.#buffer.subarray(start, start + length)), at + 4)
    this.#bytes = start + length
    this.#count += 1
  }

  #reserve(more: number): void {
    if (this.#bytes + more <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#bytes + more))
    this.#buffer.copy(larger, 0, 0, this.#bytes)
    this.#buffer = larger
  }
}

export interface ScannedFrames {
  readonly frames: number
  /** Where the good part ends; shorter than the file when its tail is torn. */
  readonly goodBytes: number
}

/** Walks the good frames of a file. */
export function scanFrames(bytes: Buffer, onPayload?: (payload: Buffer) => void): ScannedFrames {
  let frames = 0
  let at = 0
  while (at + headerBytes <= bytes.length) {
    const length = bytes.readUInt32LE(at)
    const end = at + headerBytes + length
    // After a power cut a file may end in zeros, and zero is the CRC of nothing: no frame is empty.
    if (length === 0 || length > payloadBytesMax || end > bytes.length) break
    const payload = bytes.subarray(at + headerBytes, end)
    if (crc32(payload) !== bytes.readUInt32LE(at + 4)) break
    onPayload?.(payload)
    frames += 1
    at = end
  }
  return { frames, goodBytes: at }
}

export interface DecodedFrames {
  readonly payloads: readonly string[]
  readonly goodBytes: number
}

export function decodeFrames(bytes: Buffer): DecodedFrames {
  const payloads: string[] = []
  const { goodBytes } = scanFrames(bytes, (payload) => payloads.push(payload.toString('utf8')))
  return { payloads, goodBytes }
}
