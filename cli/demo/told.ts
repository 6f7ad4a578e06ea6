import type { ClickHouseClient } from '@clickhouse/client'
import type { Config } from '../../contract/config/schema.ts'
import { appendPolicy } from '../../ingest/policies.ts'
import { openWarehouse, untilThere } from '../warehouse-door.ts'
import { warehouseClient } from '../warehouse-policies.ts'
import type { History } from './history.ts'
import { budgets } from './weather.ts'

/** A warehouse that starts has this long; without it the records of the history still arrive. */
const waitMs = 30_000

/** What people decide and no request brings: the policies that came into force, and what may be spent. */
export async function tellDecisions(config: Config, history: Pick<History, 'policies'>): Promise<void> {
  const { database } = config.warehouse
  await using warehouse = await openWarehouse(config)
  await untilThere(warehouse, waitMs)
  await untilTables(warehouse.door.rows, database)
  const client = await warehouseClient(config, 'writer')
  try {
    for (const { policy, ms, reason } of history.policies) {
      const { document, text } = policy
      await appendPolicy(client, database, {
        ...{ ts: ms, route: document.route, version: document.version, parent: document.parent },
        ...{ policy_id: document.id, action: 'publish', actor: 'demo', reason, run_id: '', not_before: 0 },
        ...{ weights: document.default, document: text },
      })
    }
    // Elsewhere a team of somebody may have the same name, and would have this budget from now on.
    if (config.warehouse.url === 'embedded') await tellBudgets(client, database)
  } finally {
    await client.close()
  }
}

async function tellBudgets(client: ClickHouseClient, database: string): Promise<void> {
  await client.insert({
    table: `\`${database}\`.budgets`,
    values: budgets.map(({ scope, key, limitUsd }) => ({
      ...{ updated_at: Date.now(), scope, key, period: 'month' },
      ...{ limit_usd: limitUsd, actor: 'demo' },
    })),
    format: 'JSONEachRow',
  })
}

/** The shipper makes them when it first sees the warehouse. */
async function untilTables(
  rows: (query: string) => Promise<readonly unknown[]>,
  database: string,
): Promise<void> {
  for (let left = waitMs; ; left -= 250) {
    try {
      await rows(`SELECT 1 FROM \`${database}\`.budgets LIMIT 1`)
      return
    } catch (error) {
      if (left <= 0) throw error
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}
