import type { SpooledTable } from '../../contract/record.ts'
import type { WaitReason } from './outcome.ts'

/** What a shipper has done since it started, and how it stands. */
export interface ShipperFigures {
  /** Rows that the warehouse has acknowledged. */
  readonly shipped: Readonly<Partial<Record<SpooledTable, number>>>
  readonly batches: number
  /** Rows in quarantine, by the error of the warehouse. */
  readonly quarantined: Readonly<Record<string, number>>
  /** Rows that could not even be put into quarantine. */
  readonly lost: number
  /** Tries that did not succeed, by reason. */
  readonly failures: Readonly<Record<string, number>>
  readonly tornTails: number
  readonly damagedSegments: number
  /** Why nothing is shipped at the moment. */
  readonly waiting: { readonly reason: WaitReason | 'refused'; readonly sinceMs: number } | undefined
}

/** Errors of a warehouse are few, but it chooses their names. */
const reasonsMax = 50

export class FigureCounter {
  readonly #shipped: Partial<Record<SpooledTable, number>> = {}
  readonly #quarantined = new Map<string, number>()
  readonly #failures = new Map<string, number>()
  #batches = 0
  #lost = 0
  #tornTails = 0
  #damagedSegments = 0
  #waiting: ShipperFigures['waiting']

  addShipped(table: SpooledTable, rows: number): void {
    this.#shipped[table] = (this.#shipped[table] ?? 0) + rows
  }

  addBatch(): void {
    this.#batches += 1
  }

  addQuarantined(reason: string, rows: number): void {
    addTo(this.#quarantined, reason, rows)
  }

  addLost(rows: number): void {
    this.#lost += rows
  }

  addTornTails(count: number): void {
    this.#tornTails += count
  }

  addDamaged(): void {
    this.#damagedSegments += 1
  }

  addFailure(reason: string): void {
    addTo(this.#failures, reason, 1)
  }

  setWaiting(waiting: ShipperFigures['waiting']): void {
    this.#waiting = waiting
  }

  figures(): ShipperFigures {
    return {
      shipped: { ...this.#shipped },
      batches: this.#batches,
      quarantined: Object.fromEntries(this.#quarantined),
      lost: this.#lost,
      failures: Object.fromEntries(this.#failures),
      tornTails: this.#tornTails,
      damagedSegments: this.#damagedSegments,
      waiting: this.#waiting,
    }
  }
}

function addTo(counts: Map<string, number>, reason: string, rows: number): void {
  const key = counts.has(reason) || counts.size < reasonsMax ? reason : 'other'
  counts.set(key, (counts.get(key) ?? 0) + rows)
}
