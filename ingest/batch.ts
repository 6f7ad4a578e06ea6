import type { FrameBatch } from './frames.ts'
import { encodeEntry, type SpoolEntry } from './payload.ts'

/** One turn of the event loop encodes at most this much, so that no request waits: 2 ms (measured). */
export const batchRecordsMax = 500
export const batchBytesMax = 512 * 1024

/** Fills the batch from the front of the queue; tells how many records it took, encodable or not. */
export function fillBatch(batch: FrameBatch, queue: readonly SpoolEntry[], due: number): number {
  batch.clear()
  const limit = Math.min(due, batchRecordsMax, queue.length)
  let taken = 0
  while (taken < limit && batch.size < batchBytesMax) {
    const record = queue[taken]
    taken += 1
    if (record !== undefined) add(batch, record)
  }
  return taken
}

/** A record of which no JSON can be made is a bug of ours, and must not stop those behind it. */
function add(batch: FrameBatch, record: SpoolEntry): void {
  try {
    batch.add(encodeEntry(record))
  } catch {
    // The caller counts it: taken, but not in the batch.
  }
}
