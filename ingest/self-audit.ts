import { type SelfAuditRow, type SpooledTable, schemaVersion } from '../contract/record.ts'
import { dayOf, type Origin } from './origin.ts'

const dayMs = 86_400_000

interface Tally {
  readonly origin: Origin
  seen: number
  spooled: number
  seqMin: number
  seqMax: number
  readonly losses: Map<string, number>
}

/** What of a row tells whose it is. */
interface Counted {
  readonly ts: number
  readonly sidecar_id: string
  readonly boot: number
  readonly worker: number
  readonly seq: number
}

/** Days, boots and tables that are counted at once: a few. More are those of a garbled disk. */
const talliesMax = 1000

/**
 * Counts records by the day they belong to, so that a query can hold what a sidecar has seen against what the
 * warehouse has. Rows state the difference to the row before, so whoever counts need not remember anything.
 */
export class SelfAudit {
  readonly #tallies = new Map<string, Tally>()
  /** The one that the last row went to: nearly always also that of the next. */
  #last: { tally: Tally; table: SpooledTable; day: number; row: Counted } | undefined

  seen(table: SpooledTable, row: Counted): void {
    const tally = this.#of(table, row)
    tally.seen += 1
    if (tally.seqMin === 0 || row.seq < tally.seqMin) tally.seqMin = row.seq
    if (row.seq > tally.seqMax) tally.seqMax = row.seq
  }

  spooled(table: SpooledTable, row: Counted): void {
    this.#of(table, row).spooled += 1
  }

  lost(table: SpooledTable, row: Counted, reason: string): void {
    addLoss(this.#of(table, row), reason)
  }

  /** A row of somebody else. */
  lostOf(origin: Origin, reason: string): void {
    addLoss(this.#tally(origin), reason)
  }

  /** What has been counted since the last call. */
  take(nowMs: number): SelfAuditRow[] {
    const rows = [...this.#tallies.values()].map((tally) => rowOf(tally, nowMs))
    this.#tallies.clear()
    this.#last = undefined
    return rows
  }

  #of(table: SpooledTable, row: Counted): Tally {
    const day = Math.floor(row.ts / dayMs)
    const last = this.#last
    if (last !== undefined && last.table === table && last.day === day && isSame(last.row, row))
      return last.tally
    const tally = this.#tally({
      table,
      day: dayOf(row.ts),
      sidecarId: row.sidecar_id,
      boot: row.boot,
      worker: row.worker,
      seq: row.seq,
    })
    this.#last = { tally, table, day, row }
    return tally
  }

  #tally(origin: Origin): Tally {
    const { table, day, sidecarId, boot, worker } = origin
    const key = JSON.stringify([table, day, sidecarId, boot, worker])
    const found = this.#tallies.get(key)
    if (found !== undefined) return found
    const made = { origin, seen: 0, spooled: 0, seqMin: 0, seqMax: 0, losses: new Map<string, number>() }
    if (this.#tallies.size < talliesMax) this.#tallies.set(key, made)
    return made
  }
}

function isSame(a: Counted, b: Counted): boolean {
  return a.boot === b.boot && a.worker === b.worker && a.sidecar_id === b.sidecar_id
}

function addLoss(tally: Tally, reason: string): void {
  tally.losses.set(reason, (tally.losses.get(reason) ?? 0) + 1)
}

function rowOf(tally: Tally, ts: number): SelfAuditRow {
  const { origin, seen, spooled, losses, seqMin, seqMax } = tally
  return {
    ts,
    day: origin.day,
    of_table: origin.table,
    sidecar_id: origin.sidecarId,
    boot: origin.boot,
    worker: origin.worker,
    seen,
    spooled,
    lost: [...losses.values()].reduce((sum, count) => sum + count, 0),
    losses: Object.fromEntries(losses),
    seq_min: seqMin,
    seq_max: seqMax,
    schema_version: schemaVersion,
  }
}
