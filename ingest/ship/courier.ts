import type { SpooledTable } from '../../contract/record.ts'
import type { ClaimFile } from './claim.ts'
import { Delivery } from './deliver.ts'
import type { Outcome } from './outcome.ts'
import type { Quarantine } from './quarantine.ts'
import type { Inserter } from './warehouse-insert.ts'

/** A batch that is tried until it has arrived. */
export interface Attempts {
  attempt(): Promise<Outcome>
}

export interface BatchContext {
  readonly claim: ClaimFile
  readonly quarantine: Quarantine
  readonly onShipped: (table: SpooledTable, rows: number) => void
  readonly onQuarantined: (reason: string, rows: number) => void
  readonly onLost: (rows: number) => void
}

/** Where batches go: a warehouse, or an `ingest --listen` in front of one. */
export interface Courier {
  readonly batchBytesMax: number
  deliver(payloads: readonly Buffer[], context: BatchContext): Attempts
  close(): Promise<void>
}

/** What waited is sent in larger inserts: a warehouse takes one of 10,000 rows faster than a hundred of 100. */
const insertBytesMax = 8 * 1_048_576

export function warehouseCourier(inserter: Inserter): Courier {
  return {
    batchBytesMax: insertBytesMax,
    deliver: (payloads, context) => new Delivery(payloads, { ...context, inserter }),
    close: () => inserter.close(),
  }
}
