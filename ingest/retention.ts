import { onCluster, type Rendering, storageName, storageOf } from './migrations/render.ts'

/** How long rows are kept, by table, in milliseconds. Tables that are not named keep theirs. */
export type Retention = Readonly<Record<string, number | 'forever'>>

/** What the age of a row is measured by, where that is not `ts`. */
const ageColumns: Readonly<Record<string, string>> = {
  usage_hourly: 'hour',
  usage_daily: 'day',
  latency_1m: 'minute',
  latency_1h: 'hour',
  prompt_daily: 'day',
  candidate_1h: 'hour',
}

const dayMs = 86_400_000

/** As ClickHouse writes it, so that what is in force can be compared with what is wanted. */
export function ttlExpression(table: string, keptMs: number): string {
  const column = ageColumns[table]
  const days = Math.max(1, Math.ceil(keptMs / dayMs))
  return `${column ?? 'toDateTime(ts)'} + toIntervalDay(${days})`
}

/** Retention is a setting, not a step of the schema: it is compared each time and changed where it differs. */
export function renderRetention(
  retention: Retention,
  to: Rendering,
  /** By the name of the table that holds the rows; undefined for a table without. */
  current: ReadonlyMap<string, string | undefined>,
): string[] {
  return Object.entries(retention).flatMap(([table, kept]) => {
    const wanted = kept === 'forever' ? undefined : ttlExpression(table, kept)
    if (current.get(storageName(table, to)) === wanted) return []
    const alter = `ALTER TABLE ${storageOf(table, to)}${onCluster(to)}`
    return [wanted === undefined ? `${alter} REMOVE TTL` : `${alter} MODIFY TTL ${wanted}`]
  })
}

export function ttlOf(engineFull: string): string | undefined {
  return / TTL (.+?) SETTINGS /.exec(engineFull)?.[1]
}
