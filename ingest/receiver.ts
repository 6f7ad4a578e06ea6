import type { Server } from 'node:http'
import { type Files, nodeFiles } from './files.ts'
import { Marks } from './listen/marks.ts'
import { Receiver, type ReceiverCounts } from './listen/receiver.ts'
import { createReceiverServer } from './listen/server.ts'
import type { Say } from './ship/lane.ts'
import { createPayloadWriter } from './writer.ts'

/** Batches that wait for the disk, each of up to 16 MiB. */
const queueMax = 16

export interface SpoolReceiverOptions {
  readonly directory: string
  readonly bytesMax: number
  readonly flushMs: number
  readonly token: string
  readonly metrics: () => Promise<string>
  readonly warn: Say
  readonly files?: Files
}

export interface SpoolReceiver {
  readonly server: Server
  counts(): ReceiverCounts
  /** For the shipper of the same spool: marks outlive the segments they came with. */
  saveMarks(): Promise<void>
  close(): Promise<void>
}

/** Takes batches into a spool of its own. The shipper of that spool must be open first: one process has a spool. */
export async function createReceiver(options: SpoolReceiverOptions): Promise<SpoolReceiver> {
  const { directory, bytesMax, flushMs, token, metrics, warn, files = nodeFiles } = options
  const writer = await createPayloadWriter({
    ...{ directory, boot: `${Date.now()}-r`, flushMs, queueRowsMax: queueMax, bytesMax, warn, files },
    // Whoever sends keeps what is not taken, so nothing has to be dropped here.
    full: 'refuse',
  })
  const marks = await Marks.open(directory, files)
  const receiver = new Receiver({ marks, keep: (payload) => writer.keep(payload), nowMs: Date.now })
  const server = createReceiverServer({ receiver, token, metrics, problem: () => writer.refusal() })
  return {
    server,
    counts: () => receiver.counts(),
    saveMarks: () => marks.save(Date.now()),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // A batch that waits for a failing disk is answered when the writer gives up.
      await writer.close()
      server.closeIdleConnections()
      await closed
    },
  }
}
