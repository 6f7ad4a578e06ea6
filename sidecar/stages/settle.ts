import { sumMoney } from '../../contract/money.ts'
import { type Usage, type UsageSource, usageOf } from '../../contract/usage.ts'
import type { Attempt, Context } from '../context.ts'
import { moneyText, type PricedCall, priceCall } from '../pricing/price.ts'
import type { Services } from '../services.ts'

/** Characters per token of what was delivered; used only where the provider stated no usage. */
const charsPerToken = 4

/** Tokens of delivered text by attempt, as far as they were counted. */
type Counts = ReadonlyMap<Attempt, number>

/** What everything cost. Usage that the provider never stated is counted or estimated, and marked so. */
export function settle(context: Context, services: Services): void | Promise<void> {
  const texts = context.attempts.filter((attempt) => isWorthCounting(context, attempt))
  if (texts.length === 0) return bill(context, services, noCounts)
  return countAll(texts, services).then((counts) => bill(context, services, counts))
}

const noCounts: Counts = new Map()

/**
 * An answer that broke off. One that is whole and states no usage comes from a host that never does: counting
 * all of its answers would keep the worker and its memory for good, so they stay estimates.
 */
function isWorthCounting(context: Context, attempt: Attempt): boolean {
  return attempt.deliveredText !== '' && attempt.outcome !== 'answered' && isGuessed(context, attempt)
}

/** Nobody but the record waits for it, and not for long. */
async function countAll(attempts: readonly Attempt[], { tokens }: Services): Promise<Counts> {
  const counts = new Map<Attempt, number>()
  for (const attempt of attempts) {
    // What was too long to be kept whole is what its beginning says it is.
    const share = attempt.deliveredChars / attempt.deliveredText.length
    const count = await tokens.count(attempt.deliveredText)
    attempt.deliveredText = ''
    if (count !== undefined) counts.set(attempt, Math.round(count * Math.max(1, share)))
  }
  return counts
}

function bill(context: Context, services: Services, counts: Counts): void {
  const { catalog } = context.snapshot
  const priced = context.attempts.map((attempt) => {
    const { usage, source } = usageFor(context, attempt, counts.get(attempt))
    // A whole answer was priced for its header already.
    if (usage !== attempt.usage) attempt.priced = undefined
    attempt.usage = usage
    attempt.usageSource = source
    if (usage === undefined) return nothing
    attempt.priced ??= priceCall({ catalog, candidate: attempt.candidate, usage, atMs: context.arrivedMs })
    return attempt.priced
  })
  const last = priced.at(-1)
  context.cost = {
    costUsd: totalText(priced),
    reportedUsd: last?.priced.source === 'reported' ? last.costText : null,
    baselineUsd: baseline(context),
    validFrom: last?.priced.validFrom ?? undated,
    assumed: priced.some((price) => price.priced.assumed),
    attempts: priced.map(({ priced: { validFrom }, costText }) => ({ costUsd: costText, validFrom })),
  }
  const caller = context.callerKey
  if (caller !== undefined) services.limiter.spend(caller, tokensOf(context), services.nowMs())
}

const undated = '1970-01-01'
const nothing: PricedCall = {
  priced: { costUsd: 0n, catalogUsd: 0n, source: 'free', validFrom: undated, assumed: false },
  costText: '0',
}

/** One unknown makes the sum unknown: a partial figure would pass for the whole. */
function totalText(calls: readonly PricedCall[]): string | null {
  const [only] = calls
  if (calls.length === 1 && only !== undefined) return only.costText
  return moneyText(sumMoney(calls.map(({ priced }) => priced.costUsd)))
}

/**
 * Calls that were refused before any content cost nothing; those that delivered something cost at least that,
 * and those whose caller left at least the prompt, which the provider had by then.
 */
function usageFor(
  context: Context,
  attempt: Attempt,
  counted: number | undefined,
): { usage: Usage | undefined; source: UsageSource | '' } {
  if (!isGuessed(context, attempt)) {
    return { usage: attempt.usage, source: attempt.usage === undefined ? '' : 'provider' }
  }
  const known = attempt.usage?.classes ?? {}
  const delivered = counted ?? Math.ceil(attempt.deliveredChars / charsPerToken)
  const output = Math.max(known.output ?? 0, delivered)
  const hasInput = Object.keys(known).some((key) => key !== 'output')
  const input = hasInput ? known.input : context.estimatedInputTokens
  const { classes: _classes, ...rest } = attempt.usage ?? { classes: {} }
  const source = counted === undefined ? 'estimated' : 'counted'
  return { usage: usageOf({ ...known, input, output }, rest), source }
}

/** Something was delivered, or may have been, and no provider said in the end how much. */
function isGuessed(context: Context, attempt: Attempt): boolean {
  const isWhole = attempt.outcome === 'answered' || attempt.finishReason !== ''
  if ((attempt.usage !== undefined && isWhole) || !isGeneration(context)) return false
  return attempt.firstContentAt !== undefined || attempt.outcome === 'aborted'
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
  const { catalog } = context.snapshot
  return priceCall({ catalog, candidate, usage: counted, atMs: context.arrivedMs }).costText
}

function tokensOf(context: Context): number {
  let tokens = 0
  for (const attempt of context.attempts) {
    for (const count of Object.values(attempt.usage?.classes ?? {})) tokens += count
  }
  return tokens
}
