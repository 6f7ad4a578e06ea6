import { type Money, scaleMoney, sumMoney } from '../../contract/money.ts'
import { tokenColumns } from '../../contract/usage.ts'
import type { Attempt, Context } from '../context.ts'
import { moneyText, type PricedCall, priceCall } from '../pricing/price.ts'
import type { Services } from '../services.ts'
import { countMissing, usageState } from './usage.ts'

/** What everything cost. A promise only where usage is missing and has to be counted. */
export function settle(context: Context, services: Services): void | Promise<void> {
  const missing = settleUsage(context)
  if (missing.length === 0) return bill(context, services)
  return countMissing(context, services, missing).then(() => bill(context, services))
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
      missing ??= []
      missing.push(attempt)
    }
  }
  return missing ?? nobody
}

function bill(context: Context, services: Services): void {
  const calls = context.attempts.map((attempt) => priceAttempt(context, attempt))
  const last = calls.at(-1)
  context.cost = {
    costUsd: totalText(calls),
    reportedUsd: last !== undefined && isReported(last) ? last.costText : null,
    catalogUsd: catalogText(calls),
    chargeUsd: charge(context, calls),
    baselineUsd: baseline(context),
    validFrom: last?.priced.validFrom ?? undated,
    assumed: calls.some((call) => call.priced.assumed),
    attempts: calls.map((call) => ({
      costUsd: call.costText,
      catalogUsd: catalogText([call]),
      validFrom: call.priced.validFrom,
      assumed: call.priced.assumed,
      priceModel: call.priced.model,
      priceOption: call.option,
    })),
  }
  const caller = context.callerKey
  // What Sidelight asks for itself is not its caller's to answer for.
  if (caller === undefined || context.job.role === 'audit') return
  const spending = { tokens: tokensOf(context), cost: knownCost(calls) }
  services.limiter.spend(caller, spending, services.nowMs())
}

const undated = '1970-01-01'
const nothing: PricedCall = {
  priced: {
    costUsd: 0n,
    catalogUsd: 0n,
    source: 'free',
    validFrom: undated,
    assumed: false,
    model: '',
  },
  costText: '0',
  option: '',
}

/** Calls that used nothing cost nothing. */
function priceAttempt(context: Context, attempt: Attempt): PricedCall {
  const { usage, candidate, modelReported } = attempt
  if (usage === undefined && !attempt.isUnknown) return nothing
  const { body, arrivedMs: atMs } = context
  const { catalog } = context.snapshot
  const asked = { catalog, candidate, usage: usage ?? { classes: {} }, atMs, modelReported, body }
  // A whole answer was priced for its header already.
  attempt.priced ??= priceCall(asked)
  const call = attempt.priced
  // Whatever is free stays free; anything else that nobody counted has no cost that one could know.
  if (!attempt.isUnknown || call.priced.source === 'free') return call
  return { ...call, priced: { ...call.priced, costUsd: undefined, catalogUsd: undefined }, costText: null }
}

/** One unknown makes the sum unknown: a partial figure would pass for the whole. */
function totalText(calls: readonly PricedCall[]): string | null {
  const [only] = calls
  if (calls.length === 1 && only !== undefined) return only.costText
  return moneyText(sumMoney(calls.map(({ priced }) => priced.costUsd)))
}

const isReported = ({ priced }: PricedCall) => priced.source === 'reported'

/** What the catalog says, where a provider's own figure won: the two are compared for drift. */
function catalogText(calls: readonly PricedCall[]): string | null {
  return calls.some(isReported) ? moneyText(sumMoney(calls.map(({ priced }) => priced.catalogUsd))) : null
}

/** What the customer is charged; a figure of its own that never touches the cost. */
function charge({ snapshot, hints }: Context, calls: readonly PricedCall[]): string | null {
  const factor = hints.customer === '' ? undefined : snapshot.catalog.markupOf(hints.customer)
  if (factor === undefined) return null
  const cost = sumMoney(calls.map(({ priced }) => priced.costUsd))
  return cost === undefined ? null : moneyText(scaleMoney(cost, factor))
}

/** The same usage at the baseline's price: an estimate, and called one wherever it is shown. */
function baseline(context: Context): string | null {
  const candidate = context.route?.baseline
  const usage = (context.answer?.attempt ?? context.attempts.at(-1))?.usage
  if (candidate === undefined || usage === undefined) return null
  const { reportedCostUsd: _reported, ...counted } = usage
  const { body, arrivedMs: atMs } = context
  const { catalog } = context.snapshot
  return priceCall({ catalog, candidate, usage: counted, atMs, modelReported: '', body }).costText
}

/** What counts towards a budget: a part that nobody can price must not let the rest pass for nothing. */
function knownCost(calls: readonly PricedCall[]): Money {
  return calls.reduce((sum, { priced }) => sum + (priced.costUsd ?? 0n), 0n)
}

function tokensOf(context: Context): number {
  let tokens = 0
  for (const { usage } of context.attempts) {
    const columns = tokenColumns(usage)
    tokens += columns.input_tokens + columns.output_tokens
  }
  return tokens
}
