import { crc32 } from 'node:zlib'

/**
 * A spool file is a row of frames: length, CRC-32, payload. What a crash tore off at the end is found by the
 * length or the sum, and everything before it is good.
 */
const headerBytes = 8

/** One record is a few kilobytes; a length beyond this is no length but garbage. */
const payloadBytesMax = 16 * 1_048_576

export function encodeFrame(payload: string): Buffer {
  const length = Buffer.byteLength(payload)
  const frame = Buffer.allocUnsafe(headerBytes + length)
  frame.writeUInt32LE(length, 0)
  frame.write(payload, headerBytes, 'utf8')
  frame.writeUInt32LE(crc32(frame.subarray(headerBytes)), 4)
  return frame
}

export interface DecodedFrames {
  readonly payloads: readonly string[]
  /** Where the good part ends; shorter than the file when its tail is torn. */
  readonly goodBytes: number
}

export function decodeFrames(bytes: Buffer): DecodedFrames {
  const payloads: string[] = []
  let at = 0
  while (at + headerBytes <= bytes.length) {
    const length = bytes.readUInt32LE(at)
    const end = at + headerBytes + length
    if (length > payloadBytesMax || end > bytes.length) break
    const payload = bytes.subarray(at + headerBytes, end)
    if (crc32(payload) !== bytes.readUInt32LE(at + 4)) break
    payloads.push(payload.toString('utf8'))
    at = end
  }
  return { payloads, goodBytes: at }
}
