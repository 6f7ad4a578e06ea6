import type { Door } from './door.ts'
import { migrations as allMigrations, tablesOf } from './migrations/all.ts'
import { type Customers, parseColumns } from './migrations/ddl.ts'
import {
  type Applied,
  historyTable,
  objection,
  renderHistoryRow,
  renderHistoryTable,
  selectHistory,
} from './migrations/history.ts'
import {
  onCluster,
  quoted,
  type Rendering,
  renderDatabase,
  renderMigration,
  shardedTables,
  storageName,
  storageOf,
} from './migrations/render.ts'
import type { Migration, Target } from './migrations/step.ts'
import { type Retention, renderRetention, ttlOf } from './retention.ts'

export interface MigrateOptions {
  readonly target: Target
  readonly database: string
  readonly cluster?: string
  readonly customers?: Customers
  readonly retention?: Retention
  /** Says what would be done and does nothing. */
  readonly dryRun?: boolean
  /** Stops after this version; for tests of upgrades. */
  readonly upTo?: number
  readonly migrations?: readonly Migration[]
  readonly report?: (line: string) => void
}

export interface Migrated {
  readonly version: number
  readonly applied: readonly number[]
  /** Statements that brought settings into force: retention, and how customers are stored. */
  readonly adjustments: readonly string[]
}

/** A schema that must not be touched, with what to do about it. */
export class SchemaError extends Error {}

/**
 * Brings the schema of a warehouse to this version. Every statement may be run again, so a run that was broken
 * off is resumed by the next, and two at once do no harm: both do the same.
 */
export async function migrate(door: Door, options: MigrateOptions): Promise<Migrated> {
  const { report = () => undefined, dryRun = false, upTo = Number.POSITIVE_INFINITY } = options
  const known = options.migrations ?? allMigrations
  const to = renderingOf(options, known)
  const run = async (statement: string) => {
    report(`${statement};`)
    if (!dryRun) await runAgainst(door, statement)
  }
  const isThere = await hasHistory(door, to)
  const applied = isThere ? await door.rows<Applied>(selectHistory(to)) : []
  const why = objection(applied, known, options.target)
  if (why !== undefined) throw new SchemaError(why)
  if (!isThere) {
    await run(renderDatabase(to))
    await run(renderHistoryTable(to))
  }
  const done = new Set(applied.map(({ version }) => version))
  const missing = known.filter(({ version }) => version <= upTo && !done.has(version))
  for (const migration of missing) {
    report(`-- ${migration.version} ${migration.name}`)
    for (const statement of renderMigration(migration, to)) await run(statement)
    await run(renderHistoryRow(migration, to))
  }
  const present = known.filter(({ version }) => version <= upTo)
  const adjustments = await adjustmentsFor(door, { options, to, present, isEmpty: dryRun && !isThere })
  if (adjustments.length > 0) report('-- settings')
  for (const statement of adjustments) await run(statement)
  return {
    version: present.at(-1)?.version ?? 0,
    applied: missing.map(({ version }) => version),
    adjustments,
  }
}

function renderingOf(options: MigrateOptions, known: readonly Migration[]): Rendering {
  const { target, database, cluster = '', customers = 'few' } = options
  if (!/^[A-Za-z_]\w{0,63}$/.test(database))
    throw new SchemaError('the database needs a name of letters, digits and underscores')
  if (target === 'cluster' && !/^[\w.{}-]{1,64}$/.test(cluster))
    throw new SchemaError('a cluster needs its name: letters, digits, dots, dashes or a macro in braces')
  return { target, database, cluster, customers, sharded: shardedTables(known) }
}

// Another runner was at the same table at the same moment; what it did is what we want.
const raced = /\bCode: (57|517)\b|TABLE_ALREADY_EXISTS|CANNOT_ASSIGN_ALTER/
const attemptsMax = 5

async function runAgainst(door: Door, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await door.run(statement)
    } catch (error) {
      if (attempt === attemptsMax || !raced.test(String(error))) throw error
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt))
    }
  }
}

async function hasHistory(door: Door, to: Rendering): Promise<boolean> {
  const found = await door.rows(
    `SELECT name FROM system.tables WHERE database = '${to.database}' AND name = '${historyTable}'`,
  )
  return found.length > 0
}

/** Settings that may change at any time, so they are no steps of the schema: compared, and changed where they differ. */
async function adjustmentsFor(
  door: Door,
  from: { options: MigrateOptions; to: Rendering; present: readonly Migration[]; isEmpty: boolean },
): Promise<string[]> {
  const { options, to } = from
  const tables = tablesOf(from.present)
  const names = new Set(tables.map(({ name }) => name))
  const retention = Object.fromEntries(
    Object.entries(options.retention ?? {}).filter(([table]) => names.has(table)),
  )
  const rows = from.isEmpty
    ? []
    : await door.rows<{ name: string; engine_full: string }>(
        `SELECT name, engine_full FROM system.tables WHERE database = '${to.database}'`,
      )
  const ttls = new Map(rows.map((row) => [row.name, ttlOf(row.engine_full)]))
  return [...renderRetention(retention, to, ttls), ...(await customersFor(door, from))]
}

async function customersFor(
  door: Door,
  { to, present, isEmpty, options }: Parameters<typeof adjustmentsFor>[1],
): Promise<string[]> {
  if (isEmpty || options.customers === undefined) return []
  const rows = await door.rows<{ table: string; type: string }>(
    `SELECT table, type FROM system.columns WHERE database = '${to.database}' AND name = 'customer'`,
  )
  const types = new Map(rows.map(({ table, type }) => [table, type]))
  return tablesOf(present).flatMap(({ name, columns }) => {
    const wanted = parseColumns(columns, to.customers).find((column) => column.name === 'customer')
    const current = types.get(storageName(name, to))
    if (wanted === undefined || current === undefined) return []
    if (wanted.type.startsWith(`${current} `)) return []
    const alter = (table: string) =>
      `ALTER TABLE ${table}${onCluster(to)} MODIFY COLUMN customer ${wanted.type}`
    const storage = storageOf(name, to)
    const whole = `${quoted(to.database)}.${quoted(name)}`
    return storage === whole ? [alter(storage)] : [alter(storage), alter(whole)]
  })
}
