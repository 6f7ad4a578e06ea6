import {
  type AttemptRow,
  attemptColumns,
  type ColumnType,
  type LedgerRecord,
  type RequestRow,
  requestColumns,
  schemaVersion,
} from '../contract/record.ts'

/** A record as it lies in the spool: values in the order of the columns, so that names are not repeated. */
export type Payload = readonly [
  version: number,
  request: readonly unknown[],
  attempts: readonly (readonly unknown[])[],
]

type Columns = Readonly<Record<string, { readonly type: ColumnType }>>

const requestNames = Object.keys(requestColumns)
const attemptNames = Object.keys(attemptColumns)

export function encodeRecord(record: LedgerRecord): string {
  const payload: Payload = [
    schemaVersion,
    valuesOf(record.request, requestNames),
    record.attempts.map((attempt) => valuesOf(attempt, attemptNames)),
  ]
  return JSON.stringify(payload)
}

/** Columns that came after the payload was written get the default of their type. */
export function decodeRecord(text: string): LedgerRecord {
  const [, request, attempts] = JSON.parse(text) as Payload
  return {
    request: rowOf(requestColumns, request) as RequestRow,
    attempts: attempts.map((attempt) => rowOf(attemptColumns, attempt) as AttemptRow),
  }
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
      return 0
    case 'float?':
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
      return {}
    case 'date':
      return '1970-01-01'
    case 'uuid':
      return '00000000-0000-0000-0000-000000000000'
    case 'hex32':
      return '0'.repeat(32)
    case 'label':
    case 'text':
      return ''
    default: {
      const unknown: never = type
      return unknown
    }
  }
}
