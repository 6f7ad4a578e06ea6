import { scaleMoney, sumMoney } from '../../contract/money.ts'
import { tokenColumns } from '../../contract/usage.ts'
import type { Attempt, Context } from '../context.ts'
import { moneyText, type PricedCall, priceCall } from '../pricing/price.ts'
import type { Services } from '../services.ts'
import { countMissing, usageState } from './usage.ts'

/** What everything cost. A promise only where usage is missing and has to be counted. */
export function settle(context: Context, services: Services): void | Promise<void> {
  context.finishedAt = performance.now()
  const missing = settleUsage(context)
  if (missing.length === 0) return price(context, services)
  return countMissing(context, services, missing).then(() => price(context, services))
}

const nobody: readonly Attempt[] = []

/** Gives the attempts whose usage nobody stated. */
function settleUsage(context: Context): readonly Attempt[] {
  let missing: Attempt[] | undefined
  for (const attempt of context.attempts) {
    const state = usageState(context, attempt)
    attempt.isUnknown = state === 'unknown'
    if (state === 'stated') attempt.usageSource = 'provider'
    else if (state === 'none') attempt.usage = undefined
    else if (state === 'missing') {
      // A whole answer was priced for its header already; that was without what is counted now.
      attempt.priced = undefined
      missing ??= []
      missing.push(attempt)
    }
  }
  return missing ?? nobody
}

function price(context: Context, services: Services): void {
  const priced = context.attempts.map((attempt) => priceAttempt(context, attempt))
  const last = priced.at(-1)
  // One unknown makes the sum unknown: a partial figure would pass for the whole.
  const costUsd = sumMoney(priced.map((call) => call.costUsd))
  const markup = context.snapshot.catalog.markupOf(context.hints.customer)
  context.cost = {
    costUsd: moneyText(costUsd),
    reportedUsd: last !== undefined && isReported(last) ? moneyText(last.costUsd) : null,
    catalogUsd: priced.some(isReported) ? moneyText(sumMoney(priced.map((call) => call.catalogUsd))) : null,
    chargeUsd: costUsd === undefined || markup === undefined ? null : moneyText(scaleMoney(costUsd, markup)),
    baselineUsd: baseline(context),
    validFrom: last?.validFrom ?? undated,
    assumed: priced.some((call) => call.assumed),
    attempts: priced.map((call) => ({
      costUsd: moneyText(call.costUsd),
      catalogUsd: isReported(call) ? moneyText(call.catalogUsd) : null,
      validFrom: call.validFrom,
      assumed: call.assumed,
      priceModel: call.model,
      priceOption: call.option,
    })),
  }
  learn(context, services)
  const caller = context.callerKey
  if (caller !== undefined) services.limiter.spend(caller, tokensOf(context), services.nowMs())
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

const isReported = (call: PricedCall) => call.source === 'reported'

/** Calls that used nothing cost nothing. */
function priceAttempt(context: Context, attempt: Attempt): PricedCall {
  const { usage, candidate, modelReported } = attempt
  if (usage === undefined && !attempt.isUnknown) return nothing
  const { body, arrivedMs: atMs } = context
  const { catalog } = context.snapshot
  const asked = { catalog, candidate, usage: usage ?? { classes: {} }, atMs, modelReported, body }
  attempt.priced ??= priceCall(asked)
  // Whatever is free stays free; anything else that nobody counted has no cost that one could know.
  if (!attempt.isUnknown || attempt.priced.source === 'free') return attempt.priced
  return { ...attempt.priced, costUsd: undefined, catalogUsd: undefined }
}

/** The same usage at the baseline's price: an estimate, and called one wherever it is shown. */
function baseline(context: Context): string | null {
  const candidate = context.route?.baseline
  const usage = context.attempts.at(-1)?.usage
  if (candidate === undefined || usage === undefined) return null
  const { reportedCostUsd: _reported, ...counted } = usage
  const { body, arrivedMs: atMs } = context
  const { catalog } = context.snapshot
  return moneyText(priceCall({ catalog, candidate, usage: counted, atMs, modelReported: '', body }).costUsd)
}

/** From answers that state their usage, how much text makes a token, for those that don't. */
function learn(context: Context, services: Services): void {
  const attempt = context.answer?.attempt
  if (attempt?.usageSource !== 'provider' || attempt.usage === undefined) return
  const { usage, said } = attempt
  const { servedBy } = attempt.candidate
  const { input_tokens: input, output_tokens: output } = tokenColumns(usage)
  if (context.promptBytes > 0 && usage.classes.input_image === undefined)
    services.ratios.learn(servedBy, 'prompt', { size: context.promptBytes, tokens: input })
  // Thinking that is billed but not shown makes the words look few.
  if (said !== undefined && usage.reasoning === undefined)
    services.ratios.learn(servedBy, 'answer', { size: said.chars, tokens: output })
}

function tokensOf(context: Context): number {
  let tokens = 0
  for (const { usage } of context.attempts) {
    const columns = tokenColumns(usage)
    tokens += columns.input_tokens + columns.output_tokens
  }
  return tokens
}
