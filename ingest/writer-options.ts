import type { RecordSink } from '../contract/record.ts'
import type { Files } from './files.ts'
import type { TallyFigures } from './tally.ts'

export interface WriterOptions {
  readonly directory: string
  /** Tells this process's files from those of others: start time and worker. */
  readonly boot: string
  readonly flushMs: number
  readonly queueRowsMax: number
  readonly warn: (message: string, fields: Record<string, string | number>) => void
  /** What may wait in the directory for the warehouse; beyond it the oldest segment is dropped. 10 GiB. */
  readonly bytesMax?: number
  /** What happens at that limit: the oldest go, or requests that need a record are refused. */
  readonly full?: 'drop' | 'refuse'
  readonly files?: Files
}

export interface WriterCounts extends TallyFigures {
  readonly queued: number
  readonly tornTails: number
  /** Sealed segments in the directory, of all its writers, at the last look. */
  readonly waitingSegments: number
  readonly waitingBytes: number
  readonly oldestWaitingMs: number | undefined
}

export interface Writer extends RecordSink {
  counts(): WriterCounts
  /** Why no more records can be taken; undefined when all is well. */
  problem(): string | undefined
  /** Writes what is queued, then seals. */
  close(): Promise<void>
}

/** Writes what others have encoded. */
export interface PayloadWriter extends Pick<Writer, 'refusal' | 'close'> {
  /** Resolves when it would survive a power cut; rejects when it was not taken, and then it is not there. */
  keep(payload: Buffer): Promise<void>
}
