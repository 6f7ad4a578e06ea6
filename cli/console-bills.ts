import type { Config } from '../contract/config/schema.ts'
import { formatMoney } from '../contract/money.ts'
import { type Catalog, loadShippedCatalog } from '../contract/prices/catalog.ts'
import { explainCost } from '../contract/prices/cost.ts'
import { tokenClasses, type Usage, unitClasses } from '../contract/usage.ts'
import type { ExplainedAttempt, Explanation } from '../sidecar/explain/explanation.ts'
import { loadPrices } from '../sidecar/pricing/load.ts'

/** One call by class of usage, at the rates of the price list that is in force now. */
export interface Bill {
  readonly attempt: number
  readonly total_usd: string
  /** The price list has changed, or the request said more than its record: the recorded cost is the one that counts. */
  readonly differs: boolean
  readonly above: number | null
  readonly parts: readonly {
    readonly class: string
    readonly count: number
    readonly rate: string
    readonly per: number
    readonly factor: string
    readonly usd: string
  }[]
}

/** Works bills out again from what records keep; the catalog is read when the first is asked for. */
export class BillsOf {
  readonly #config: () => Config
  #for: Config | undefined
  #catalog: Catalog | undefined

  constructor(config: () => Config) {
    this.#config = config
  }

  of({ at, attempts }: Explanation): Bill[] {
    const config = this.#config()
    if (this.#for !== config || this.#catalog === undefined) {
      this.#catalog = loadPrices(loadShippedCatalog(), config).catalog
      this.#for = config
    }
    const catalog = this.#catalog
    return attempts.flatMap((attempt) => billOf(catalog, attempt, Date.parse(at)) ?? [])
  }
}

function billOf(catalog: Catalog, attempt: ExplainedAttempt, atMs: number): Bill | undefined {
  const { price } = attempt
  if (price === null) return undefined
  const slash = attempt.served_by.indexOf('/')
  const { parts, catalogUsd, above } = explainCost({
    catalog,
    provider: attempt.served_by.slice(0, slash),
    model: price.model,
    usage: usageOf(attempt),
    atMs,
    zone: price.zone,
  })
  if (catalogUsd === undefined) return undefined
  const total = formatMoney(catalogUsd)
  return {
    attempt: attempt.attempt,
    total_usd: total,
    differs: attempt.cost_usd !== null && Number(attempt.cost_usd) !== Number(total),
    above: above ?? null,
    parts: parts.map(({ usd, class: name, count, rate, per, factor }) => ({
      class: name,
      count,
      rate,
      per,
      factor,
      usd: formatMoney(usd),
    })),
  }
}

const known = new Set<string>([...tokenClasses, ...unitClasses])

function usageOf({ usage, reasoning_tokens, service_tier, speed, price }: ExplainedAttempt): Usage {
  const entries = Object.entries(usage)
  const models = new Set(
    entries.flatMap(([key]) => (key.includes('@') ? [key.slice(key.indexOf('@') + 1)] : [])),
  )
  const classesOf = (suffix: string) =>
    Object.fromEntries(
      entries.flatMap(([key, count]) => {
        const name = key.slice(0, key.length - suffix.length)
        return key.endsWith(suffix) && known.has(name) ? [[name, count]] : []
      }),
    )
  return {
    classes: classesOf(''),
    ...(models.size === 0
      ? {}
      : { others: [...models].map((model) => ({ model, classes: classesOf(`@${model}`) })) }),
    reasoning: reasoning_tokens,
    ...(service_tier === '' ? {} : { serviceTier: service_tier }),
    ...(speed === '' ? {} : { speed }),
    ...(price === null || price.zone === '' ? {} : { geo: price.zone }),
  }
}
