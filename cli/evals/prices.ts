import { candidateId } from '../../contract/config/cross-check.ts'
import type { Config } from '../../contract/config/schema.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import { costOf } from '../../contract/prices/cost.ts'
import type { Usage } from '../../contract/usage.ts'
import type { PriceOf } from '../../evals/jobs/read-traffic.ts'

export type QuoteOf = (
  provider: string,
  model: string,
  usage: Readonly<Record<string, number>>,
) => number | undefined

/** US dollars at the prices of this moment; undefined where no price is known, never 0. */
export function quoteOf(config: Config, catalog: Catalog, nowMs: number): QuoteOf {
  return (provider, model, usage) => {
    const settings = config.providers[provider]
    if (settings === undefined) return undefined
    const scale = scaleOf(usage)
    const classes = Object.fromEntries(
      Object.entries(usage).map(([name, count]) => [name, Math.max(0, Math.round(scale * count))] as const),
    )
    // What only pretends to answer costs something only where it was given prices.
    const isPretended = settings.kind === 'simulated' && catalog.resolve(provider, model) === undefined
    const priced = costOf({
      catalog,
      provider,
      model,
      usage: { classes: classes as Usage['classes'] },
      atMs: nowMs,
      zone: settings.priceZone,
      isFree: settings.prices === 'free' || isPretended,
    })
    return priced.costUsd === undefined ? undefined : Number(priced.costUsd) / 1e12 / scale
  }
}

/** Tokens are whole and means are not; but long requests may have prices of their own, so those are left as they are. */
function scaleOf(usage: Readonly<Record<string, number>>): number {
  const sum = Object.values(usage).reduce((total, count) => total + count, 0)
  return sum < shortTokens ? 10 : 1
}

const shortTokens = 10_000

export function pricesOf(config: Config, route: string, quote: QuoteOf): PriceOf {
  const candidates = new Map((config.routes[route]?.candidates ?? []).map((one) => [candidateId(one), one]))
  return (candidate, usage) => {
    const named = candidates.get(candidate)
    return named === undefined ? undefined : quote(named.provider, named.model, usage)
  }
}
