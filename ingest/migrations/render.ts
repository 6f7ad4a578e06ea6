import { type ColumnDefinition, type Customers, parseColumns } from './ddl.ts'
import type {
  AddColumnsStep,
  DictionaryStep,
  Migration,
  ReplaceRollupStep,
  RollupStep,
  Step,
  TableStep,
  Target,
  ViewStep,
} from './step.ts'

export interface Rendering {
  readonly target: Target
  readonly database: string
  /** Name of the cluster; read only where the target is one. */
  readonly cluster: string
  readonly customers: Customers
  /** Tables whose rows are spread over the shards of a cluster. */
  readonly sharded: ReadonlySet<string>
}

export function shardedTables(migrations: readonly Migration[]): ReadonlySet<string> {
  const steps = migrations.flatMap((migration) => migration.steps)
  return new Set(
    steps.flatMap((step) => (step.kind === 'table' && step.shardBy !== undefined ? [step.name] : [])),
  )
}

export function renderDatabase(to: Rendering): string {
  return `CREATE DATABASE IF NOT EXISTS ${quoted(to.database)}${onCluster(to)}`
}

/** The statements of a migration, in order. Each may be run again: that is how a broken run is resumed. */
export function renderMigration(migration: Migration, to: Rendering): string[] {
  return migration.steps.flatMap((step) => renderStep(step, to))
}

/** On a cluster a sharded table is two: `requests_local` holds rows, `requests` speaks for all shards. */
export function storageName(name: string, to: Rendering): string {
  return to.target === 'cluster' && to.sharded.has(name) ? `${name}_local` : name
}

/** The table that holds the rows, as statements name it. */
export function storageOf(name: string, to: Rendering): string {
  return `${quoted(to.database)}.${quoted(storageName(name, to))}`
}

export function onCluster(to: Rendering): string {
  return to.target === 'cluster' ? ` ON CLUSTER '${to.cluster}'` : ''
}

function renderStep(step: Step, to: Rendering): string[] {
  switch (step.kind) {
    case 'table':
      return renderTable(step, to)
    case 'rollup':
      return [renderRollup(step, to)]
    case 'view':
      return [renderView(step, to)]
    case 'dictionary':
      return [renderDictionary(step, to)]
    case 'add_columns':
      return renderAddColumns(step, to)
    case 'replace_rollup':
      return [renderReplaceRollup(step, to)]
    default: {
      const unknown: never = step
      return unknown
    }
  }
}

function renderTable(step: TableStep, to: Rendering): string[] {
  const storage = storageOf(step.name, to)
  const create = [
    `CREATE TABLE IF NOT EXISTS ${storage}${onCluster(to)}`,
    `(\n${columnLines(parseColumns(step.columns, to.customers))}\n)`,
    `ENGINE = ${engineOf(step, to)}`,
    ...(step.partitionBy === undefined ? [] : [`PARTITION BY ${step.partitionBy}`]),
    `ORDER BY ${step.orderBy}`,
    `SETTINGS ${settingsOf(to)}`,
  ].join('\n')
  if (storageName(step.name, to) === step.name) return [create]
  const database = quoted(to.database)
  return [
    create,
    [
      `CREATE TABLE IF NOT EXISTS ${database}.${quoted(step.name)}${onCluster(to)}`,
      `AS ${storage}`,
      `ENGINE = Distributed('${to.cluster}', '${to.database}', '${storageName(step.name, to)}', ${step.shardBy})`,
    ].join('\n'),
  ]
}

function columnLines(columns: readonly ColumnDefinition[]): string {
  return columns.map(({ name, type }) => `  ${quoted(name)} ${type}`).join(',\n')
}

function engineOf({ name, engine }: TableStep, to: Rendering): string {
  if (to.target !== 'cluster') return engine
  const [, family = engine, args = ''] = /^(\w+)(?:\((.*)\))?$/.exec(engine) ?? []
  // A table without shards is one set of replicas over all nodes.
  const place = to.sharded.has(name)
    ? ["'/clickhouse/tables/{uuid}/{shard}'", "'{replica}'"]
    : ["'/clickhouse/tables/{uuid}/all'", "'{shard}-{replica}'"]
  return `Replicated${family}(${[...place, ...(args === '' ? [] : [args])].join(', ')})`
}

/**
 * How many inserts a table remembers, so that a repeated one is dropped: a retry comes within the last few, as
 * the shipper has one in flight for each lane. The spool file is deleted after the answer, so an insert is on
 * disk before it; a cluster has replicas for that, and the cloud its own storage. A TTL that changes recomputes
 * what parts know of their age instead of rewriting their rows, and old rows leave as whole parts.
 */
function settingsOf({ target }: Rendering): string {
  const ages = 'ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1'
  return target === 'embedded' || target === 'server'
    ? `non_replicated_deduplication_window = 10000, ${ages}, fsync_after_insert = 1, fsync_part_directory = 1`
    : `replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, ${ages}`
}

function renderRollup(step: RollupStep, to: Rendering): string {
  return [
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${quoted(to.database)}.${quoted(step.name)}${onCluster(to)}`,
    `TO ${storageOf(step.to, to)}`,
    `AS ${withTables(step.select, (name) => storageOf(name, to))}`,
  ].join('\n')
}

/** Only plain views see the rows of all shards. */
function renderView(step: ViewStep, to: Rendering): string {
  const select = withTables(step.select, (name) => `${quoted(to.database)}.${quoted(name)}`)
  const whole = withDictionaries(select, to.database)
  return `CREATE OR REPLACE VIEW ${quoted(to.database)}.${quoted(step.name)}${onCluster(to)}\nAS ${whole}`
}

function renderDictionary(step: DictionaryStep, to: Rendering): string {
  const [least, most] = step.lifetimeSeconds
  const source = withTables(step.source, (name) => storageOf(name, to)).replaceAll("'", "\\'")
  return [
    `CREATE DICTIONARY IF NOT EXISTS ${quoted(to.database)}.${quoted(step.name)}${onCluster(to)}`,
    `(\n${columnLines(parseColumns(step.columns))}\n)`,
    `PRIMARY KEY ${step.primaryKey}`,
    `SOURCE(CLICKHOUSE(QUERY '${source}'))`,
    `LAYOUT(${step.layout}())`,
    ...(step.range === undefined ? [] : [`RANGE(${step.range})`]),
    `LIFETIME(MIN ${least} MAX ${most})`,
  ].join('\n')
}

function renderAddColumns(step: AddColumnsStep, to: Rendering): string[] {
  const added = parseColumns(step.columns, to.customers).map(
    ({ name, type }) => `ADD COLUMN IF NOT EXISTS ${quoted(name)} ${type}`,
  )
  const alter = (table: string) => `ALTER TABLE ${table}${onCluster(to)}\n${added.join(',\n')}`
  const storage = storageOf(step.table, to)
  const whole = `${quoted(to.database)}.${quoted(step.table)}`
  return storage === whole ? [alter(storage)] : [alter(storage), alter(whole)]
}

function renderReplaceRollup(step: ReplaceRollupStep, to: Rendering): string {
  const select = withTables(step.select, (name) => storageOf(name, to))
  return `ALTER TABLE ${quoted(to.database)}.${quoted(step.name)}${onCluster(to)} MODIFY QUERY\n${select}`
}

function withTables(select: string, name: (table: string) => string): string {
  return select.trim().replace(/\{([a-z]\w*)\}/g, (_, table: string) => name(table))
}

/** Functions of dictionaries take the name as a text, which stands in braces and quotes. */
function withDictionaries(select: string, database: string): string {
  return select.replace(/\{'(\w+)'\}/g, (_, dictionary: string) => `'${database}.${dictionary}'`)
}

/** Names come from the configuration, which allows letters, digits and underscores alone. */
export function quoted(name: string): string {
  return `\`${name}\``
}
