import { randomFillSync } from 'node:crypto'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * A source of UUIDv7 ids: time-ordered, so a table sorted by id is sorted by time. Random bytes are drawn
 * in blocks because one call into the system generator costs more than the rest of the id.
 */
export function createIdSource(nowMs: () => number): () => string {
  const block = Buffer.alloc(4096)
  let used = block.length
  return () => {
    if (used + 10 > block.length) {
      randomFillSync(block)
      used = 0
    }
    const now = nowMs()
    const high = Math.floor(now / 0x1_0000_0000)
    const low = now >>> 0
    const at = (offset: number) => hex[block[used + offset] ?? 0] ?? '00'
    const id =
      `${hex[(high >>> 8) & 255]}${hex[high & 255]}${hex[low >>> 24]}${hex[(low >>> 16) & 255]}` +
      `-${hex[(low >>> 8) & 255]}${hex[low & 255]}` +
      `-${hex[((block[used] ?? 0) & 0x0f) | 0x70]}${at(1)}` +
      `-${hex[((block[used + 2] ?? 0) & 0x3f) | 0x80]}${at(3)}` +
      `-${at(4)}${at(5)}${at(6)}${at(7)}${at(8)}${at(9)}`
    used += 10
    return id
  }
}
