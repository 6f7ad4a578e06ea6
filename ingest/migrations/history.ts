import { checksumOf } from './all.ts'
import { onCluster, type Rendering, storageOf } from './render.ts'
import type { Migration, Target } from './step.ts'

export interface Applied {
  readonly version: number
  readonly name: string
  readonly checksum: string
  readonly target: string
}

/** The table that remembers what was done. It comes before the first migration, so it is none itself. */
export function renderHistoryTable(to: Rendering): string {
  const engine = 'ReplacingMergeTree'
  return [
    `CREATE TABLE IF NOT EXISTS ${storageOf(historyTable, to)}${onCluster(to)}`,
    '(',
    '  `version` UInt32,',
    '  `name` String,',
    '  `checksum` String,',
    '  `target` LowCardinality(String),',
    "  `applied_at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')",
    ')',
    to.target === 'cluster'
      ? `ENGINE = Replicated${engine}('/clickhouse/tables/{uuid}/all', '{shard}-{replica}', applied_at)`
      : `ENGINE = ${engine}(applied_at)`,
    'ORDER BY version',
  ].join('\n')
}

export const historyTable = 'schema_migrations'

/** The first that was recorded holds, whatever two runners did at once. */
export function selectHistory(to: Rendering): string {
  return [
    'SELECT version, argMin(name, applied_at) AS name, argMin(checksum, applied_at) AS checksum,',
    '  argMin(target, applied_at) AS target',
    `FROM ${storageOf(historyTable, to)} GROUP BY version ORDER BY version`,
  ].join('\n')
}

export function renderHistoryRow(migration: Migration, to: Rendering): string {
  const { version, name } = migration
  const values = `(${version}, '${name}', '${checksumOf(migration)}', '${to.target}')`
  return `INSERT INTO ${storageOf(historyTable, to)} (version, name, checksum, target) VALUES ${values}`
}

/** Why the schema that lies there cannot be gone on with; undefined when it can. */
export function objection(
  applied: readonly Applied[],
  known: readonly Migration[],
  target: Target,
): string | undefined {
  const newest = known.at(-1)?.version ?? 0
  const last = applied.at(-1)?.version ?? 0
  if (last > newest) {
    return `the warehouse has schema ${last}, this Sidelight knows up to ${newest}: use the version that made it, or a later one`
  }
  for (const row of applied) {
    const migration = known.find(({ version }) => version === row.version)
    if (migration === undefined || checksumOf(migration) !== row.checksum) {
      return `step ${row.version} (${row.name}) was applied in another form than this Sidelight has it: the schema is not the one it expects`
    }
    if ((row.target === 'cluster') !== (target === 'cluster')) {
      return `the schema was made for ${row.target}, not for ${target}: tables of a cluster are laid out otherwise`
    }
  }
  return undefined
}
