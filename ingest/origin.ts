import { type SpooledTable, spooledTables } from '../contract/record.ts'

/** Whose row it is and of which day: what losses are counted by. */
export interface Origin {
  readonly table: SpooledTable
  readonly day: string
  readonly sidecarId: string
  readonly boot: number
  readonly worker: number
  readonly seq: number
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
