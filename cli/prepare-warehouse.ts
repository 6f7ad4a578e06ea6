import type { Config } from '../contract/config/schema.ts'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { backfillCosts } from '../ingest/backfill.ts'
import { budgetRowsOf, loadBudgets } from '../ingest/budgets-load.ts'
import { candidateRowsOf, loadCandidates } from '../ingest/candidates-load.ts'
import type { Door } from '../ingest/door.ts'
import { type Migrated, type MigrateOptions, migrate } from '../ingest/migrate.ts'
import { type LoadedPrices, loadPrices as storePrices } from '../ingest/prices-load.ts'
import { loadPrices } from '../sidecar/pricing/load.ts'

export interface Prepared {
  readonly schema: Migrated
  readonly prices: LoadedPrices
  /** Requests that have a cost now and had none before. */
  readonly backfilled: number
}

type Choices = Pick<MigrateOptions, 'target'> & Partial<MigrateOptions>

/** Schema, retention, price list, budgets and candidates as this version and this configuration want them. */
export async function prepareWarehouse(door: Door, config: Config, choices: Choices): Promise<Prepared> {
  const { database, retention, customers } = config.warehouse
  const schema = await migrate(door, { database, retention, customers, ...choices })
  if (choices.dryRun === true) return { schema, prices: { providers: [], rows: 0 }, backfilled: 0 }
  const { catalog } = loadPrices(loadShippedCatalog(), config)
  const nowMs = Date.now()
  const prices = await storePrices(door, { catalog, database, nowMs })
  await loadBudgets(door, { rows: budgetRowsOf(config), database, nowMs })
  await loadCandidates(door, { rows: candidateRowsOf(config, catalog), database, nowMs })
  const { priced } = prices.rows > 0 ? await backfillCosts(door, database) : { priced: 0 }
  return { schema, prices, backfilled: priced }
}
