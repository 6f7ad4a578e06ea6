import type { Block } from '../ingest/ship/blocks.ts'
import { type Outcome, taken } from '../ingest/ship/outcome.ts'
import type { Inserter } from '../ingest/ship/warehouse-insert.ts'

export interface TokenWarehouse extends Inserter {
  /** Rows by table, in the order they came. */
  readonly tables: ReadonlyMap<string, readonly string[]>
  readonly tokens: readonly string[]
}

export interface TokenWarehouseOptions {
  /** Rows that can't be read; an insert that holds one is refused whole. */
  readonly isPoison?: (row: string) => boolean
  /** Asked before anything is done: an outcome other than undefined is what the caller gets. */
  readonly before?: (block: Block, token: string) => Outcome | undefined
  /** Asked when the rows are in: the acknowledgement may be lost on its way. */
  readonly after?: (block: Block, token: string) => Outcome | undefined
}

/** What the shipper relies on of a warehouse, and no more: whole inserts, and each token once. */
export function tokenWarehouse(options: TokenWarehouseOptions = {}): TokenWarehouse {
  const { isPoison = () => false, before, after } = options
  const tables = new Map<string, string[]>()
  const tokens: string[] = []
  return {
    tables,
    tokens,
    async insert(block, token) {
      const early = before?.(block, token)
      if (early !== undefined) return early
      const rows = block.rows.map(String)
      if (rows.some(isPoison)) return { kind: 'refused', reason: 'CANNOT_PARSE_TEXT', column: '' }
      if (!tokens.includes(token)) {
        tokens.push(token)
        tables.set(block.table, [...(tables.get(block.table) ?? []), ...rows])
      }
      return after?.(block, token) ?? taken
    },
    close: async () => {},
  }
}
