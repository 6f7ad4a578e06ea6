import { entryAt } from './bill.ts'
import type { Catalog } from './catalog.ts'
import type { CompiledModel, RateSheet } from './compile.ts'
import { tierNamed } from './multiplier.ts'
import { tokenRates } from './rates.ts'

/** US dollars for one token, as ordinary numbers: for comparing candidates before anything is bought. */
export interface Quote {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
}

const free: Quote = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }

/**
 * What a token costs at this moment, by the same entry and tier that the bill would take. Undefined: no price is
 * known. Rounded to a double, so never money that is recorded.
 */
export function quoteOf(ask: {
  readonly catalog: Catalog
  readonly provider: string
  readonly model: string
  readonly inputTokens: number
  readonly atMs: number
  /** As the request names it; '' for the usual. */
  readonly serviceTier: string
}): Quote | undefined {
  const resolved = ask.catalog.resolve(ask.provider, ask.model)
  if (resolved === undefined) return undefined
  if (resolved.prices.isFree) return free
  const entry = entryAt(resolved.prices.entries, ask.atMs)
  if (entry === undefined) return undefined
  const tier = entry.tiers.find(({ above }) => ask.inputTokens > above)
  const quote = quoteIn(tier?.sheet ?? entry.base)
  const factor = discountOf(ask)
  const service =
    ask.serviceTier === '' ? undefined : resolved.prices.services.get(tierNamed(ask.serviceTier))
  if (quote === undefined || (factor === 1 && service === undefined)) return quote
  return scaled(quote, service, factor)
}

const indexOf = (name: (typeof tokenRates)[number]) => tokenRates.indexOf(name)
const at = {
  input: indexOf('input'),
  cacheRead: indexOf('cache_read'),
  cacheWrite: indexOf('cache_write'),
  output: indexOf('output'),
}

function quoteIn({ usdPerToken }: RateSheet): Quote | undefined {
  const input = usdPerToken[at.input]
  if (input === undefined) return undefined
  return {
    input,
    cacheRead: usdPerToken[at.cacheRead] ?? input,
    cacheWrite: usdPerToken[at.cacheWrite] ?? input,
    // Embeddings have no output to pay for.
    output: usdPerToken[at.output] ?? 0,
  }
}

function discountOf(ask: { catalog: Catalog; provider: string }): number {
  const discount = ask.catalog.discountOf(ask.provider)
  return discount === undefined ? 1 : Number(discount.numerator) / Number(discount.denominator)
}

type Service = NonNullable<ReturnType<CompiledModel['services']['get']>>

function scaled(quote: Quote, service: Service | undefined, factor: number): Quote {
  const times = (index: number) =>
    service === undefined
      ? factor
      : (factor * Number(service.numerators[index] ?? service.denominator)) / Number(service.denominator)
  return {
    input: quote.input * times(at.input),
    cacheRead: quote.cacheRead * times(at.cacheRead),
    cacheWrite: quote.cacheWrite * times(at.cacheWrite),
    output: quote.output * times(at.output),
  }
}
