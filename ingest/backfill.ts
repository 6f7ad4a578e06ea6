import { createHash } from 'node:crypto'
import type { Door } from './door.ts'

export interface Backfilled {
  /** Requests whose cost was unknown. */
  readonly unpriced: number
  /** Of these, those that have a cost now. */
  readonly priced: number
}

/**
 * Gives requests without a cost the one that the price list has for them by now. Their rows stay as they were
 * written; the cost goes into `cost_backfills`, from there into the sums, and `requests_priced` shows both. All
 * calls of a request need a price: a part of a cost would pass for the whole.
 */
export async function backfillCosts(door: Door, database: string): Promise<Backfilled> {
  const table = (name: string) => `\`${database}\`.${name}`
  const pending = `
  SELECT request_id FROM ${table('requests')}
  WHERE cost_usd IS NULL AND request_id GLOBAL NOT IN (SELECT request_id FROM ${table('cost_backfills')})`
  const known = `
  SELECT request_id, sum(call_usd) AS usd, max(call_from) AS from_day FROM (
    SELECT request_id, ifNull(cost_usd, catalog_usd) AS call_usd, price_valid_from AS call_from
    FROM ${table('attempt_prices')} WHERE request_id GLOBAL IN (${pending}))
  GROUP BY request_id HAVING countIf(call_usd IS NULL) = 0`
  // Two runs at once find the same requests, give their insert the same token, and only one of them counts.
  const found = await door.rows<{ n: number | string; hash: string; priced: number | string }>(`
SELECT count() AS n, countIf(request_id GLOBAL IN (SELECT request_id FROM (${known}))) AS priced,
  hex(groupBitXor(sipHash64(request_id))) AS hash
FROM ${table('requests')} WHERE request_id GLOBAL IN (${pending})`)
  const [row] = found
  const counts = { unpriced: Number(row?.n ?? 0), priced: Number(row?.priced ?? 0) }
  if (row === undefined || counts.priced === 0) return counts
  const token = createHash('sha256').update(`${row.hash} ${row.n} ${row.priced}`).digest('hex').slice(0, 32)
  await door.run(`
INSERT INTO ${table('cost_backfills')} (ts, request_id, customer, app, team, feature, route, provider, model, env, role,
  prompt_name, prompt_version, cost_usd, price_valid_from)
SETTINGS insert_deduplication_token = 'backfill-${token}', deduplicate_blocks_in_dependent_materialized_views = 1
SELECT r.ts, r.request_id, r.customer, r.app, r.team, r.feature, r.route, r.provider, r.model, r.env, r.role,
  r.prompt_name, r.prompt_version, toDecimal64(p.usd, 12), p.from_day
FROM ${table('requests')} AS r
GLOBAL INNER JOIN (${known}) AS p ON p.request_id = r.request_id
WHERE r.cost_usd IS NULL
ORDER BY r.request_id`)
  return counts
}
