import { type SelfAuditRow, schemaVersion } from '../../contract/record.ts'
import { type Origin, originOf } from '../origin.ts'
import { encodeEntry } from '../payload.ts'
import type { PoisonRow } from './quarantine.ts'

/** Records that stayed behind are lost until they return. */
export type AuditedMove = 'quarantined' | 'returned'

/** Of these nobody knows how many there should be. */
const uncounted: ReadonlySet<string> = new Set(['unknown', 'self_audit', 'cache_audits', 'cache_entries'])

/** What became of refused rows, counted by whose they are: lines as they lie in the spool. */
export function auditLines(poison: readonly PoisonRow[], move: AuditedMove, ts: number): string[] {
  const counted = poison.flatMap(({ table, row }) =>
    table === 'unknown' || uncounted.has(table) ? [] : [originOf(table, Buffer.from(row))],
  )
  const groups = Map.groupBy(counted, ({ table, day, sidecarId, boot, worker }) =>
    JSON.stringify([table, day, sidecarId, boot, worker]),
  )
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [lineOf(first, { [move]: rest.length + 1 }, ts)],
  )
}

function lineOf(origin: Origin, losses: SelfAuditRow['losses'], ts: number): string {
  const audit: SelfAuditRow = {
    ts,
    day: origin.day,
    of_table: origin.table,
    sidecar_id: origin.sidecarId,
    boot: origin.boot,
    worker: origin.worker,
    seen: 0,
    spooled: 0,
    // A count can't be taken back: what returned is subtracted by whoever asks.
    lost: losses['quarantined'] ?? 0,
    losses,
    seq_min: 0,
    seq_max: 0,
    schema_version: schemaVersion,
  }
  return encodeEntry({ audit })
}
