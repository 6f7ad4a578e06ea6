import type { Config } from '../contract/config/schema.ts'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { budgetRowsOf, loadBudgets } from '../ingest/budgets-load.ts'
import { candidateRowsOf, loadCandidates } from '../ingest/candidates-load.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { loadPrices } from '../sidecar/pricing/load.ts'
import { openWarehouse } from './warehouse-door.ts'

/**
 * After a reload: candidates and budgets as they are now, for the views that price traffic on them. Of the embedded
 * warehouse alone, which is kept up by itself; others are told by `warehouse migrate`. Nobody waits for it.
 */
export async function tellWarehouse(config: Config, log: Log): Promise<void> {
  const { url, database } = config.warehouse
  if (url !== 'embedded') return
  try {
    await using warehouse = await openWarehouse(config)
    const { door } = warehouse
    const { catalog } = loadPrices(loadShippedCatalog(), config)
    const nowMs = Date.now()
    await loadCandidates(door, { rows: candidateRowsOf(config, catalog), database, nowMs })
    await loadBudgets(door, { rows: budgetRowsOf(config), database, nowMs })
  } catch {
    // The sidecar alone has no warehouse beside it; and one that is down learns of them when it starts with the next.
    log.debug('the warehouse was not told of the candidates that were reloaded')
  }
}
