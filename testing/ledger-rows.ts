import type { AttemptRow, RequestRow } from '../contract/record.ts'
import type { Door } from '../ingest/door.ts'
import type { Random } from './random.ts'

const startMs = Date.UTC(2026, 10, 20)

/** An id of the time, as the sidecar makes it. */
export function idAt(ms: number, n: number): string {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`
}

/** Traffic of a few days with everything that sums must tell apart; columns not named have their default. */
export function someRequests(random: Random, count: number, from = 0): Partial<RequestRow>[] {
  return Array.from({ length: count }, (_, index) => {
    const ts = startMs + random.int(3 * 86_400_000)
    const cost = random.chance(0.1) ? null : `0.${String(random.int(10 ** 9)).padStart(12, '0')}`
    const assigned = random.pick(['cheap', 'strong'])
    return {
      ts,
      request_id: idAt(ts, from + index),
      seq: from + index + 1,
      app: random.pick(['shop', 'care']),
      team: random.pick(['red', 'blue']),
      env: 'production',
      customer: random.pick(['', 'ann', 'bob', "o'neil \\ söhne"]),
      feature: random.pick(['chat', 'search']),
      prompt_name: random.pick(['greet', 'sum']),
      prompt_version: random.pick(['1', '2']),
      route: random.pick(['support', 'sales']),
      segment: random.pick(['faq', 'other']),
      role: random.pick(['primary', 'primary', 'primary', 'shadow', 'judge', 'audit']),
      streamed: random.chance(0.5),
      policy_role: random.pick(['active', 'holdout']),
      candidate_assigned: assigned,
      candidate_served: random.pick([assigned, 'cheap']),
      provider: random.pick(['openai', 'anthropic']),
      model: random.pick(['small', 'large']),
      attempt_count: 1 + random.int(2),
      fallback_used: random.chance(0.2),
      cache: random.pick(['off', 'miss', 'exact', 'lexical', 'semantic', 'stale']),
      input_tokens: random.int(5000),
      cached_input_tokens: random.int(100),
      output_tokens: random.int(900),
      cost_usd: cost,
      baseline_usd: random.chance(0.5) ? null : '0.002',
      status: random.pick(['ok', 'ok', 'ok', 'error', 'blocked', 'truncated', 'client_abort']),
      duration_ms: random.int(9000),
      first_token_ms: random.chance(0.3) ? null : random.int(900),
      overhead_us: random.int(500),
    }
  })
}

export type Rows = readonly (Partial<RequestRow> | Partial<AttemptRow> | Readonly<Record<string, unknown>>)[]

/** As the shipper inserts, but with columns by name. */
export async function insertRows(
  door: Door,
  table: string,
  rows: Rows,
  token = `${table}-${Math.random()}`,
): Promise<void> {
  const settings = `insert_deduplication_token = '${token}', deduplicate_blocks_in_dependent_materialized_views = 1`
  const lines = rows.map((row) => JSON.stringify(row)).join('\n')
  await door.run(`INSERT INTO sidelight.${table} SETTINGS ${settings} FORMAT JSONEachRow\n${lines}`)
}
