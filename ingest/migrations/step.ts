/** Where a schema is rendered for. A server of one's own and the embedded engine take the same statements. */
export const targets = ['embedded', 'server', 'cluster', 'cloud'] as const
export type Target = (typeof targets)[number]

/** One numbered step of the schema. Once shipped it is never changed: its checksum lies in every warehouse. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly steps: readonly Step[]
}

export type Step = TableStep | RollupStep | ViewStep | DictionaryStep | AddColumnsStep | ReplaceRollupStep

/**
 * In `columns` each line is a name and a word of ddl.ts, or a name, `=` and a type as ClickHouse writes it.
 * In every `select` the name of a table stands in braces: what it is called depends on the target.
 */
export interface TableStep {
  readonly kind: 'table'
  readonly name: string
  readonly columns: string
  /** Without `Replicated`, which the target adds. */
  readonly engine: string
  readonly partitionBy?: string
  readonly orderBy: string
  /** Spreads the rows of a cluster over its shards. Without one, every node has all rows. */
  readonly shardBy?: string
}

/** A materialized view: what is inserted into `from` is summed up into `to`. */
export interface RollupStep {
  readonly kind: 'rollup'
  readonly name: string
  readonly to: string
  readonly select: string
}

export interface ViewStep {
  readonly kind: 'view'
  readonly name: string
  readonly select: string
}

export interface DictionaryStep {
  readonly kind: 'dictionary'
  readonly name: string
  readonly columns: string
  readonly primaryKey: string
  readonly layout: string
  readonly range?: string
  /** A query over tables in braces. */
  readonly source: string
  readonly lifetimeSeconds: readonly [least: number, most: number]
}

export interface AddColumnsStep {
  readonly kind: 'add_columns'
  readonly table: string
  readonly columns: string
}

/** The order for a new rolled-up column: add it to the target first, then change the view. */
export interface ReplaceRollupStep {
  readonly kind: 'replace_rollup'
  readonly name: string
  readonly select: string
}
