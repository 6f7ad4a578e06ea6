import type { Environment } from '../../contract/config/load.ts'
import type { Config } from '../../contract/config/schema.ts'
import { createIdSource } from '../../contract/ids.ts'
import { createJournal } from '../../evals/jobs/journal.ts'
import { type Composed, compose } from './compose.ts'
import { shelfOf } from './shelf.ts'
import { evalsClient, storeOf } from './store.ts'

export interface SessionAsk {
  readonly kind: 'run' | 'watch' | 'replay'
  readonly routes: readonly string[]
  readonly seed?: string | undefined
  readonly sinceMs?: number | undefined
  readonly isDry?: boolean
  readonly budgetUsd?: number
  readonly nowMs?: number
  readonly onProgress?: (text: string) => void
}

/** The warehouse, opened, and what jobs of these routes are given; closed when it is disposed of. */
export async function openSession(
  config: Config,
  environment: Environment,
  ask: SessionAsk,
): Promise<Composed & AsyncDisposable> {
  const client = await evalsClient(config)
  try {
    const store = storeOf(client, config.warehouse.database)
    const { isDry = false, nowMs = Date.now() } = ask
    const runId = createIdSource(() => nowMs)()
    const composed = await compose(
      {
        config,
        environment,
        store,
        shelf: shelfOf(config, client, store),
        journal: createJournal({ store, runId, kind: ask.kind, nowMs: Date.now, isDry }),
        runId,
        nowMs,
        seed: ask.seed ?? 'evals',
        sinceMs: ask.sinceMs,
        isDry,
        ...(ask.budgetUsd === undefined ? {} : { budgetUsd: ask.budgetUsd }),
        ...(ask.onProgress === undefined ? {} : { onProgress: ask.onProgress }),
      },
      ask.routes,
    )
    return { ...composed, [Symbol.asyncDispose]: () => client.close() }
  } catch (error) {
    await client.close()
    throw error
  }
}
