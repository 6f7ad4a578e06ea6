import { ClickHouseError } from '@clickhouse/client'
import { candidateId } from '../contract/config/cross-check.ts'
import type { Config } from '../contract/config/schema.ts'
import { readRequestRows } from '../ingest/explain-rows.ts'
import type { ExplainOutcome } from '../sidecar/admin.ts'
import { explain } from '../sidecar/explain/explain.ts'
import type { Explanation, RouteFacts } from '../sidecar/explain/explanation.ts'
import { warehouseClient } from './warehouse-policies.ts'

/** Somebody waits for it at a terminal. */
const askMs = 8000

export function found(explanation: Explanation): ExplainOutcome {
  return { kind: 'found', explanation }
}

/** From the rows of a request that no sidecar remembers any more. */
export async function explainFromWarehouse(config: Config, requestId: string): Promise<ExplainOutcome> {
  if (/^ingests?:/.test(config.warehouse.url))
    return { kind: 'unreachable', code: '`warehouse.url` takes records only' }
  try {
    const client = await warehouseClient(config, 'reader')
    try {
      const { database } = config.warehouse
      const rows = await readRequestRows(client, { database, requestId, signal: AbortSignal.timeout(askMs) })
      if (rows === undefined) return { kind: 'unknown' }
      const route = routeNow(config, rows.request.route)
      return found(explain({ ...rows, source: 'warehouse', route, details: undefined, evidence: undefined }))
    } finally {
      await client.close()
    }
  } catch (error) {
    const code = codeOf(error)
    // A warehouse without tables has no requests.
    return code.startsWith('UNKNOWN_') ? { kind: 'unknown' } : { kind: 'unreachable', code }
  }
}

/** The strategy of then is not in the row; the names of its candidates and the baseline seldom change. */
function routeNow(config: Config, name: string): RouteFacts | undefined {
  const route = Object.hasOwn(config.routes, name) ? config.routes[name] : undefined
  if (route === undefined) return undefined
  return {
    strategy: `${route.strategy} (as configured now)`,
    baseline: route.baseline,
    servedBy: Object.fromEntries(
      route.candidates.map((candidate) => [
        candidateId(candidate),
        `${candidate.provider}/${candidate.model}`,
      ]),
    ),
  }
}

/** The warehouse's own words quote the statement. */
function codeOf(error: unknown): string {
  if (error instanceof ClickHouseError) return error.type ?? `error ${error.code}`
  if (error instanceof Error && 'code' in error) return String(error.code)
  return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'no answer'
}
