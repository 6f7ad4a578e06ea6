import { formatMoney } from '../../contract/money.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import { costOf, type Priced } from '../../contract/prices/cost.ts'
import type { Usage } from '../../contract/usage.ts'
import type { Candidate } from '../routing/route.ts'

/** A call's price with the text that header and record share. */
export interface PricedCall {
  readonly priced: Priced
  /** Null when unknown. */
  readonly costText: string | null
}

/** What a call to this candidate costs. The provider's own answer wins over what the configuration assumes. */
export function priceCall(from: {
  catalog: Catalog
  candidate: Candidate
  usage: Usage
  atMs: number
}): PricedCall {
  const { provider, model } = from.candidate
  const priced = costOf({
    catalog: from.catalog,
    // Each configured provider has rows of its own: the vendor's, with the user's prices over them.
    provider: provider.name,
    model,
    usage: from.usage,
    atMs: from.atMs,
    zone: provider.priceZone,
    // What only pretends to answer costs something only where the configuration gives it prices.
    isFree: provider.isFree || isPretended(from),
  })
  return { priced, costText: moneyText(priced.costUsd) }
}

function isPretended({
  catalog,
  candidate: { provider, model },
}: {
  catalog: Catalog
  candidate: Candidate
}): boolean {
  return provider.settings.kind === 'simulated' && catalog.resolve(provider.name, model) === undefined
}

export function moneyText(money: bigint | undefined): string | null {
  return money === undefined ? null : formatMoney(money)
}
