import type { FrameBatch } from './frames.ts'
import { encodeEntry, encodeRecord, type SpoolEntry } from './payload.ts'

/** One turn of the event loop encodes at most this much, so that no request waits: 2 ms (measured). */
export const batchRecordsMax = 500
export const batchBytesMax = 512 * 1024

/** Fills the batch from the front of the queue; tells which entries it took, and which of them it could not hold. */
export function fillBatch(
  batch: FrameBatch,
  queue: readonly SpoolEntry[],
  due: number,
): { taken: number; failed: ReadonlySet<SpoolEntry> } {
  batch.clear()
  const limit = Math.min(due, batchRecordsMax, queue.length)
  const failed = new Set<SpoolEntry>()
  let taken = 0
  while (taken < limit && batch.size < batchBytesMax) {
    const entry = queue[taken]
    taken += 1
    if (entry !== undefined && !add(batch, entry)) failed.add(entry)
  }
  return { taken, failed }
}

/** A record of which no JSON can be made is a bug of ours, and must not stop those behind it. */
function add(batch: FrameBatch, entry: SpoolEntry): boolean {
  try {
    if ('payload' in entry) return batch.addBytes(entry.payload)
    const line = encodeEntry(entry)
    if ('keeper' in entry && entry.keeper !== undefined)
      entry.keeper.encoded(entry.contents === undefined ? line : encodeRecord(entry))
    return batch.add(line)
  } catch {
    return false
  }
}
