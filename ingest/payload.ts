import {
  type AttemptRow,
  type ColumnType,
  type FeedbackRow,
  type LedgerRecord,
  type RequestRow,
  type SelfAuditRow,
  type SpooledTable,
  spooledTables,
} from '../contract/record.ts'
import type { CacheAuditRow } from '../contract/tables/cache-audits.ts'
import type { CacheEntryRow } from '../contract/tables/cache-entries.ts'
import type { ContentRow } from '../contract/tables/contents.ts'

/** What is offered to the spool, and counted. */
export type RecordEntry = LedgerRecord | { readonly feedback: FeedbackRow }

/** What one frame of the spool holds: rows that are shipped and lost together. */
export type SpoolEntry =
  | RecordEntry
  | { readonly audit: SelfAuditRow }
  | { readonly aside: AsideRow }
  | { readonly payload: Buffer }

/** Rows that nobody counts: what is lost of them is missed by nobody. */
export type AsideRow =
  | { readonly table: 'cache_audits'; readonly row: CacheAuditRow }
  | { readonly table: 'cache_entries'; readonly row: CacheEntryRow }

type Columns = Readonly<Record<string, { readonly type: ColumnType }>>

/** The first character of a line. */
export const tableTags = {
  requests: 'r',
  attempts: 'a',
  feedback: 'f',
  self_audit: 's',
  contents: 'c',
  cache_audits: 'k',
  cache_entries: 'e',
} as const satisfies Record<SpooledTable, string>

/** Begins the first line of a frame that came from another spool: whose it is. It is no row. */
export const markTag = 'h'

interface LineForm {
  readonly names: readonly string[]
  readonly prefix: string
}

function formOf(table: SpooledTable): LineForm {
  const names = Object.keys(spooledTables[table])
  return { names, prefix: `${tableTags[table]}${names.length}` }
}

const requests = formOf('requests')
const attempts = formOf('attempts')
const feedback = formOf('feedback')
const audits = formOf('self_audit')
const contents = formOf('contents')
const asides = { cache_audits: formOf('cache_audits'), cache_entries: formOf('cache_entries') }

/**
 * An entry as it lies in the spool: a line for each row, `<table><number of columns>[values]`. What follows the
 * number is what the warehouse reads as JSONCompactEachRow, so the shipper copies bytes and parses nothing.
 * Columns only grow at the end, so the number says which ones they are.
 */
export function encodeEntry(entry: Exclude<SpoolEntry, { payload: unknown }>): string {
  if ('feedback' in entry) return lineOf(feedback, entry.feedback)
  if ('audit' in entry) return lineOf(audits, entry.audit)
  if ('aside' in entry) return lineOf(asides[entry.aside.table], entry.aside.row)
  const text = entry.contents === undefined ? '' : `\n${lineOf(contents, entry.contents)}`
  return encodeRecord(entry) + text
}

/** A record without the text that may go with it: what is remembered of it for a while. */
export function encodeRecord({ request, attempts: calls }: LedgerRecord): string {
  let lines = lineOf(requests, request)
  for (const attempt of calls) lines += `\n${lineOf(attempts, attempt)}`
  return lines
}

function lineOf(form: LineForm, row: object): string {
  return form.prefix + wellFormed(JSON.stringify(valuesOf(row, form.names)))
}

/**
 * Half a surrogate pair in a caller's text is written as an escape, and as nothing else is. ClickHouse refuses
 * such a row, or stores bytes that are no UTF-8: it becomes the replacement character.
 */
function wellFormed(json: string): string {
  if (!json.includes('\\ud')) return json
  return json.replace(/(?<=(?:^|[^\\])(?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '\ufffd')
}

/** Before there were lines, a record was one array: `[version, request, attempts]`. It says the same. */
export function linesOfArray(payload: string): string {
  const [, request, attemptRows] = JSON.parse(payload) as readonly [number, unknown[], unknown[][]]
  const line = (tag: string, values: readonly unknown[]) =>
    `${tag}${values.length}${wellFormed(JSON.stringify(values))}`
  return [
    line(tableTags.requests, request),
    ...attemptRows.map((values) => line(tableTags.attempts, values)),
  ].join('\n')
}

/** For people and tests. Columns that came after the payload was written get the default of their type. */
export function decodeEntry(payload: string): Exclude<SpoolEntry, { payload: unknown }> {
  const lines = payload.startsWith('[') ? linesOfArray(payload) : payload
  const rows = lines.split('\n').map(decodeLine)
  const first = rows[0]
  if (first?.table === 'feedback') return { feedback: first.row as FeedbackRow }
  if (first?.table === 'self_audit') return { audit: first.row as SelfAuditRow }
  if (first?.table === 'cache_audits' || first?.table === 'cache_entries')
    return { aside: { table: first.table, row: first.row } as AsideRow }
  const text = rows.find(({ table }) => table === 'contents')
  if (first?.table !== 'requests') throw new Error('a payload starts with no row that is known')
  return {
    request: first.row as RequestRow,
    attempts: rows.flatMap(({ table, row }) => (table === 'attempts' ? [row as AttemptRow] : [])),
    ...(text === undefined ? {} : { contents: text.row as ContentRow }),
  }
}

function decodeLine(line: string): { table: SpooledTable; row: unknown } {
  const tables = Object.keys(tableTags) as SpooledTable[]
  const table = tables.find((name) => line.startsWith(tableTags[name]))
  if (table === undefined) throw new Error('a line is of no table that is known')
  const values = JSON.parse(line.slice(line.indexOf('['))) as readonly unknown[]
  return { table, row: rowOf(spooledTables[table], values) }
}

/**
 * Rows are built in the order of the columns, so their values are taken as they lie. Looking up 89 names
 * costs 2 µs, checking that they are in order 0.1 µs.
 */
function valuesOf(row: object, names: readonly string[]): unknown[] {
  let index = 0
  for (const name in row) {
    if (name !== names[index]) return valuesByName(row, names)
    index += 1
  }
  return index === names.length ? Object.values(row) : valuesByName(row, names)
}

function valuesByName(row: object, names: readonly string[]): unknown[] {
  return names.map((name) => (row as Readonly<Record<string, unknown>>)[name])
}

function rowOf(columns: Columns, values: readonly unknown[]): unknown {
  const entries = Object.entries(columns)
  return Object.fromEntries(
    entries.map(([name, { type }], index) => [name, index < values.length ? values[index] : absent(type)]),
  )
}

function absent(type: ColumnType): unknown {
  switch (type) {
    case 'time':
    case 'u8':
    case 'u16':
    case 'u32':
    case 'u64':
    case 'float':
    case 'ms':
      return 0
    case 'float?':
    case 'ms?':
    case 'money?':
      return null
    case 'money':
      return '0'
    case 'bool':
      return false
    case 'labels':
    case 'floats':
      return []
    case 'label_map':
    case 'count_map':
    case 'amount_map':
      return {}
    case 'date':
      return '1970-01-01'
    case 'uuid':
      return '00000000-0000-0000-0000-000000000000'
    case 'hex32':
      return '0'.repeat(32)
    case 'label':
    case 'text':
    case 'document':
      return ''
    default: {
      const unknown: never = type
      return unknown
    }
  }
}
