import { listQuarantined, type QuarantinedGroup, returnQuarantined } from '../ingest/quarantined.ts'
import { UsageError } from './failure.ts'

/** `ingest --quarantine list` says what the warehouse refused, `--quarantine retry` sends it once more. */
export async function lookAfterQuarantine(what: string, spool: string): Promise<number> {
  if (what === 'list') return list(spool)
  if (what === 'retry') return retry(spool)
  throw new UsageError('--quarantine is followed by list or retry')
}

async function list(spool: string): Promise<number> {
  const groups = await listQuarantined(spool)
  const lines = groups.length === 0 ? ['nothing is in quarantine'] : table(groups)
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

async function retry(spool: string): Promise<number> {
  const { rows, left } = await returnQuarantined(spool)
  const rest = left === 0 ? '' : `; ${left} of a batch that is being sent stay, run it again later`
  process.stdout.write(
    `${rows} rows are in the spool again, for the shipper of this directory to send${rest}\n`,
  )
  return 0
}

function table(groups: readonly QuarantinedGroup[]): string[] {
  const day = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
  const rows = groups.map(({ rows, table, reason, column, firstMs, lastMs }) => [
    String(rows),
    table,
    reason,
    column,
    day(firstMs),
    day(lastMs),
  ])
  const all = [['rows', 'table', 'reason', 'column', 'first', 'last'], ...rows]
  const widths = all[0]?.map((_, at) => Math.max(...all.map((cells) => cells[at]?.length ?? 0))) ?? []
  return all.map((cells) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
