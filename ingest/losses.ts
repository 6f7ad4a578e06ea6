/** Why records are not in the ledger. */
export interface Losses {
  /** The disk failed for so long that memory was full as well. */
  readonly queueFull: number
  /** Still not written, or only offered, when the process ended. */
  readonly closed: number
  /** No JSON could be made of them, or they are too large for a frame. */
  readonly unencodable: number
  /** Their segment was removed by somebody else while it was written. */
  readonly vanished: number
  /** Dropped to stay under `bytesMax`, or not taken because nothing may be dropped. */
  readonly diskCap: number
}

export type LossReason = keyof Losses

export class LossCounter {
  readonly #losses: { -readonly [K in LossReason]: number } = {
    queueFull: 0,
    closed: 0,
    unencodable: 0,
    vanished: 0,
    diskCap: 0,
  }

  add(reason: LossReason, records: number): void {
    this.#losses[reason] += records
  }

  byReason(): Losses {
    return { ...this.#losses }
  }

  total(): number {
    return Object.values(this.#losses).reduce((sum, count) => sum + count, 0)
  }
}
