import { type DecodedBatch, decodeBatch } from './decode.ts'
import { type Mark, type Marks, markLine } from './marks.ts'

/** What a batch says of itself. */
export interface BatchHead {
  readonly lane: string
  readonly number: number
  readonly token: string
}

export type Receipt =
  | { readonly kind: 'taken'; readonly records: number }
  | { readonly kind: 'known' }
  | { readonly kind: 'conflict' | 'damaged' | 'full' }

export interface ReceiverOptions {
  readonly marks: Marks
  /** Resolves when the payload would survive a power cut; rejects when it was not taken. */
  readonly keep: (payload: Buffer) => Promise<void>
  readonly nowMs: () => number
}

export interface ReceiverCounts {
  readonly batches: number
  readonly records: number
  readonly repeated: number
}

/** Takes batches of many shippers, each of them once. */
export class Receiver {
  readonly #options: ReceiverOptions
  /** A lane whose batch is being written: the same batch again waits for the same end. */
  readonly #writing = new Map<string, Promise<Receipt>>()
  #counts = { batches: 0, records: 0, repeated: 0 }

  constructor(options: ReceiverOptions) {
    this.#options = options
  }

  counts(): ReceiverCounts {
    return { ...this.#counts }
  }

  async take(head: BatchHead, body: Buffer): Promise<Receipt> {
    for (;;) {
      const before = this.#writing.get(head.lane)
      if (before === undefined) break
      await before
    }
    const verdict = this.#options.marks.judge(head.lane, head.number, head.token)
    if (verdict === 'conflict') return { kind: 'conflict' }
    if (verdict === 'known') {
      this.#counts.repeated += 1
      return { kind: 'known' }
    }
    const batch = decodeBatch(body)
    if (batch === undefined) return { kind: 'damaged' }
    const writing = this.#write(head, batch)
    this.#writing.set(head.lane, writing)
    try {
      return await writing
    } finally {
      this.#writing.delete(head.lane)
    }
  }

  async #write(head: BatchHead, { lines, records }: DecodedBatch): Promise<Receipt> {
    const mark: Mark = { ...head, seenMs: this.#options.nowMs() }
    try {
      await this.#options.keep(Buffer.concat([Buffer.from(markLine(mark)), ...lines]))
    } catch {
      return { kind: 'full' }
    }
    this.#options.marks.set(mark)
    this.#counts.batches += 1
    this.#counts.records += records
    return { kind: 'taken', records }
  }
}
