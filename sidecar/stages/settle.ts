import { scaleMoney, sumMoney } from '../../contract/money.ts'
import { type Usage, type UsageSource, usageOf } from '../../contract/usage.ts'
import type { Attempt, Context } from '../context.ts'
import { moneyText, type PricedCall, priceCall } from '../pricing/price.ts'
import type { Services } from '../services.ts'

/** Characters per token of what was delivered; used only where the provider stated no usage. */
const charsPerToken = 4

/** What everything cost. Usage that the provider never stated is estimated and marked so. */
export function settle(context: Context, services: Services): void {
  const { catalog } = context.snapshot
  const priced = context.attempts.map((attempt) => {
    const { usage, source } = usageFor(context, attempt)
    // A whole answer was priced for its header already.
    if (usage !== attempt.usage) attempt.priced = undefined
    attempt.usage = usage
    attempt.usageSource = source
    if (usage === undefined) return nothing
    const { candidate, modelReported } = attempt
    const { body, arrivedMs: atMs } = context
    attempt.priced ??= priceCall({ catalog, candidate, usage, atMs, modelReported, body })
    return attempt.priced
  })
  const last = priced.at(-1)
  const costUsd = sumMoney(priced.map((price) => price.costUsd))
  const markup = catalog.markupOf(context.hints.customer)
  context.cost = {
    costUsd: moneyText(costUsd),
    catalogUsd: priced.some(isReported) ? moneyText(sumMoney(priced.map((price) => price.catalogUsd))) : null,
    chargeUsd: costUsd === undefined || markup === undefined ? null : moneyText(scaleMoney(costUsd, markup)),
    reportedUsd: last?.source === 'reported' ? moneyText(last.costUsd) : null,
    baselineUsd: baseline(context),
    validFrom: last?.validFrom ?? undated,
    assumed: priced.some((price) => price.assumed),
    attempts: priced.map((price) => ({
      costUsd: moneyText(price.costUsd),
      catalogUsd: isReported(price) ? moneyText(price.catalogUsd) : null,
      validFrom: price.validFrom,
      assumed: price.assumed,
      priceModel: price.model,
      priceOption: price.option,
    })),
  }
  const caller = context.callerKey
  if (caller !== undefined) services.limiter.spend(caller, tokensOf(context), services.nowMs())
  context.finishedAt = performance.now()
}

const undated = '1970-01-01'
const nothing: PricedCall = {
  costUsd: 0n,
  catalogUsd: 0n,
  source: 'free',
  validFrom: undated,
  assumed: false,
  model: '',
  option: '',
}

const isReported = (price: PricedCall) => price.source === 'reported'

/**
 * Calls that were refused before any content cost nothing; those that delivered something cost at least that,
 * and those whose caller left at least the prompt, which the provider had by then.
 */
function usageFor(
  context: Context,
  attempt: Attempt,
): { usage: Usage | undefined; source: UsageSource | '' } {
  const isWhole = attempt.outcome === 'answered' || attempt.finishReason !== ''
  if (attempt.usage !== undefined && isWhole) return { usage: attempt.usage, source: 'provider' }
  const wasServed = attempt.firstContentAt !== undefined || attempt.outcome === 'aborted'
  if (!wasServed || !isGeneration(context)) {
    return attempt.usage === undefined
      ? { usage: undefined, source: '' }
      : { usage: attempt.usage, source: 'provider' }
  }
  const known = attempt.usage?.classes ?? {}
  const output = Math.max(known.output ?? 0, Math.ceil(attempt.deliveredChars / charsPerToken))
  const hasInput = Object.keys(known).some((key) => key !== 'output')
  const input = hasInput ? known.input : context.estimatedInputTokens
  const { classes: _classes, ...rest } = attempt.usage ?? { classes: {} }
  return { usage: usageOf({ ...known, input, output }, rest), source: 'estimated' }
}

function isGeneration(context: Context): boolean {
  return context.operation === 'generate' || context.operation === 'completions'
}

/** The same usage at the baseline's price: an estimate, and called one wherever it is shown. */
function baseline(context: Context): string | null {
  const candidate = context.route?.baseline
  const usage = context.attempts.at(-1)?.usage
  if (candidate === undefined || usage === undefined) return null
  const { reportedCostUsd: _reported, ...counted } = usage
  return moneyText(
    priceCall({
      catalog: context.snapshot.catalog,
      candidate,
      usage: counted,
      atMs: context.arrivedMs,
      modelReported: '',
      body: context.body,
    }).costUsd,
  )
}

function tokensOf(context: Context): number {
  let tokens = 0
  for (const attempt of context.attempts) {
    for (const count of Object.values(attempt.usage?.classes ?? {})) tokens += count
  }
  return tokens
}
