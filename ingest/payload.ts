import {
  type AttemptRow,
  attemptColumns,
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

const requestNames = Object.keys(requestColumns) as (keyof RequestRow)[]
const attemptNames = Object.keys(attemptColumns) as (keyof AttemptRow)[]

export function encodeRecord(record: LedgerRecord): string {
  const payload: Payload = [
    schemaVersion,
    requestNames.map((name) => record.request[name]),
    record.attempts.map((attempt) => attemptNames.map((name) => attempt[name])),
  ]
  return JSON.stringify(payload)
}

export function decodeRecord(text: string): LedgerRecord {
  const [, request, attempts] = JSON.parse(text) as Payload
  return {
    request: zip(requestNames, request) as unknown as RequestRow,
    attempts: attempts.map((attempt) => zip(attemptNames, attempt) as unknown as AttemptRow),
  }
}

function zip(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name, index) => [name, values[index]]))
}
