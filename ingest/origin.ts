import { type SpooledTable, spooledTables } from '../contract/record.ts'
import { linesOfArray, tableTags } from './payload.ts'

/** Whose row it is and of which day: what losses are counted by. */
export interface Origin {
  readonly table: SpooledTable
  readonly day: string
  readonly sidecarId: string
  readonly boot: number
  readonly worker: number
  readonly seq: number
}

/** `[ts, "request_id", seq, "sidecar_id", boot, worker`: reading the whole row would take fifty times as long. */
const requestHead = /^\[(\d+),"[^"]*",(\d+),"((?:[^"\\]|\\.)*)",(\d+),(\d+)/

/** Of the records in a payload: attempts go with their request, and a count is no record. */
export function originsIn(payload: Buffer): Origin[] {
  const text = payload.toString('utf8')
  const lines = (text.startsWith('[') ? linesOfArray(text) : text).split('\n')
  return lines.flatMap((line) => {
    const row = line.slice(line.indexOf('['))
    if (line.startsWith(tableTags.requests)) return [requestOrigin(row)]
    return line.startsWith(tableTags.feedback) ? [originOf('feedback', Buffer.from(row))] : []
  })
}

function requestOrigin(row: string): Origin {
  const [, ts, seq, sidecarId, boot, worker] = requestHead.exec(row) ?? []
  if (sidecarId === undefined || sidecarId.includes('\\')) return originOf('requests', Buffer.from(row))
  return {
    table: 'requests',
    day: dayOf(Number(ts)),
    sidecarId,
    boot: Number(boot),
    worker: Number(worker),
    seq: Number(seq),
  }
}

/** From a row as it lies in the spool; what it does not say is empty or 0. Never throws: the row may be damaged. */
export function originOf(table: SpooledTable, row: Buffer): Origin {
  const values = valuesOf(row)
  const at = (name: string): unknown => values[Object.keys(spooledTables[table]).indexOf(name)]
  const sidecarId = at('sidecar_id')
  return {
    table,
    day: dayOf(numberOf(at('ts'))),
    sidecarId: typeof sidecarId === 'string' ? sidecarId : '',
    boot: numberOf(at('boot')),
    worker: numberOf(at('worker')),
    seq: numberOf(at('seq')),
  }
}

export function dayOf(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? '1970-01-01' : date.toISOString().slice(0, 10)
}

function valuesOf(row: Buffer): readonly unknown[] {
  try {
    const values: unknown = JSON.parse(row.toString('utf8'))
    return Array.isArray(values) ? values : []
  } catch {
    return []
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}
