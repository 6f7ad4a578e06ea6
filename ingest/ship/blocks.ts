import { type SpooledTable, spooledTables } from '../../contract/record.ts'
import { linesOfArray, markTag, tableTags } from '../payload.ts'

/** Rows of one table and one form: one insert. */
export interface Block {
  readonly table: SpooledTable
  /** The first so many columns of the table. */
  readonly columns: number
  /** JSON arrays, without the end of the line. */
  readonly rows: readonly Buffer[]
}

export interface Blocks {
  readonly blocks: readonly Block[]
  /** Lines of a table or with columns that this version does not know. */
  readonly strange: readonly Buffer[]
}

const newline = 0x0a
const bracket = 0x5b
const mark = markTag.charCodeAt(0)
const tables = Object.keys(spooledTables) as SpooledTable[]
const tableOfTag = new Map(tables.map((table) => [tableTags[table].charCodeAt(0), table]))
const columnsMax = new Map(tables.map((table) => [table, Object.keys(spooledTables[table]).length]))

/**
 * Sorts the lines of payloads into inserts, requests first. Which rows an insert holds, and in which order,
 * follows from the payloads alone: the same segments make the same inserts, under the same tokens.
 */
export function blocksOf(payloads: readonly Buffer[]): Blocks {
  const rows = new Map<string, Buffer[]>()
  const strange: Buffer[] = []
  for (const payload of payloads) {
    for (const line of linesOf(payload)) {
      if (line[0] === mark) continue
      const start = line.indexOf(bracket)
      const head = start < 2 ? '' : line.toString('latin1', 0, start)
      if (!isKnown(head)) strange.push(line)
      else ofKey(rows, head).push(line.subarray(start))
    }
  }
  return { blocks: [...rows].map(([head, found]) => blockOf(head, found)).sort(byTable), strange }
}

function* linesOf(payload: Buffer): Iterable<Buffer> {
  const lines = payload[0] === bracket ? Buffer.from(linesOfArray(payload.toString('utf8'))) : payload
  let from = 0
  while (from < lines.length) {
    const found = lines.indexOf(newline, from)
    const end = found < 0 ? lines.length : found
    yield lines.subarray(from, end)
    from = end + 1
  }
}

function isKnown(head: string): boolean {
  const table = tableOfTag.get(head.charCodeAt(0))
  if (table === undefined || !/^\d{1,4}$/.test(head.slice(1))) return false
  const columns = Number(head.slice(1))
  return columns > 0 && columns <= (columnsMax.get(table) ?? 0)
}

function ofKey(rows: Map<string, Buffer[]>, key: string): Buffer[] {
  const found = rows.get(key)
  if (found !== undefined) return found
  const made: Buffer[] = []
  rows.set(key, made)
  return made
}

function blockOf(head: string, rows: readonly Buffer[]): Block {
  const table = tableOfTag.get(head.charCodeAt(0)) ?? 'requests'
  return { table, columns: Number(head.slice(1)), rows }
}

function byTable(a: Block, b: Block): number {
  return tables.indexOf(a.table) - tables.indexOf(b.table) || a.columns - b.columns
}

/** What tells the inserts of one batch apart. */
export function keyOf({ table, columns }: Block): string {
  return `${table}/${columns}`
}
