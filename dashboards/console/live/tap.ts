import type { RequestRow } from '../../../contract/record.ts'
import { type LiveRow, liveRow } from './row.ts'
import { count, noTally, type Tally } from './tally.ts'

/** What happened since the batch before. */
export interface LiveBatch {
  readonly rows: readonly LiveRow[]
  readonly tally: Tally
}

const batchMs = 100
/** Ten batches a second: what nobody could read anyway is only counted. */
export const rowsPerBatch = 2
/** After a pause there is room for more: a handful of requests is shown whole. */
const burstMax = 20

/** Stands between the pipeline and the sink. With nobody looking it costs one branch. */
export class LiveTap {
  #tell: ((batch: LiveBatch) => void) | undefined
  #rows: LiveRow[] = []
  #tally: Tally = noTally()
  #allowance = burstMax
  #timer: NodeJS.Timeout | undefined

  offer(row: RequestRow): void {
    if (this.#tell === undefined) return
    count(this.#tally, row)
    if (this.#rows.length < this.#allowance) this.#rows.push(liveRow(row))
  }

  start(tell: (batch: LiveBatch) => void): void {
    this.#tell = tell
    this.#timer ??= setInterval(() => this.#flush(), batchMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#tell = undefined
    this.#rows = []
    this.#tally = noTally()
  }

  #flush(): void {
    const rows = this.#rows
    this.#allowance = Math.min(burstMax, this.#allowance - rows.length + rowsPerBatch)
    if (this.#tally.requests === 0) return
    const batch = { rows, tally: this.#tally }
    this.#rows = []
    this.#tally = noTally()
    this.#tell?.(batch)
  }
}
