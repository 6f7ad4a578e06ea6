import { formatMoney } from '../../contract/money.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import { costOf, type Priced } from '../../contract/prices/cost.ts'
import type { Usage } from '../../contract/usage.ts'
import type { JsonBody } from '../body/json-body.ts'
import type { Candidate } from '../routing/route.ts'
import { priceOptions } from './options.ts'

/** A call's price with the text that header and record share. */
export interface PricedCall {
  readonly priced: Priced
  /** Null when unknown. */
  readonly costText: string | null
  /** What of the request decided the price besides the usage; '' for nothing. */
  readonly option: string
}

/** What a call to this candidate costs. The provider's own answer wins over what the configuration assumes. */
export function priceCall(from: {
  catalog: Catalog
  candidate: Candidate
  usage: Usage
  atMs: number
  /** The model the answer names; '' where it names none. */
  modelReported: string
  body: JsonBody | undefined
}): PricedCall {
  const { catalog, usage } = from
  const { provider } = from.candidate
  const options = priceOptions(from.body, usage)
  const priced = costOf({
    catalog,
    // Each configured provider has rows of its own: the vendor's, with the user's prices over them.
    provider: provider.name,
    model: servedModel(from),
    usage,
    atMs: from.atMs,
    zone: provider.priceZone,
    // What only pretends to answer costs something only where the configuration gives it prices.
    isFree: provider.isFree || isPretended(from),
    searchSize: options.searchSize,
    image: options.image,
  })
  return { priced, costText: moneyText(priced.costUsd), option: options.text }
}

/**
 * The model that the answer names where the catalog knows it: what was served is what is billed. Where the two
 * differ only in a date that has no row of its own, the name that was asked for says more.
 */
function servedModel(from: { catalog: Catalog; candidate: Candidate; modelReported: string }): string {
  const { provider, model } = from.candidate
  const reported = from.modelReported
  if (reported === '' || reported === model) return model
  const resolved = from.catalog.resolve(provider.name, reported)
  if (resolved === undefined || resolved.isAssumed) return model
  return resolved.model.id !== reported && undated(reported) === undated(model) ? model : reported
}

function undated(model: string): string {
  return model.replace(/[-@]\d{4}-?\d{2}-?\d{2}$/, '').toLowerCase()
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
