import type { Fraction } from '../money.ts'
import type { CompiledEntry, RateSheet } from './compile.ts'
import { grainsPerPico, undatedFrom } from './compile.ts'
import type { CostRequest, Unpriced } from './cost-request.ts'
import { type BillLine, type Counts, lineOf } from './line.ts'
import { type Multiplier, multiplierOf } from './multiplier.ts'
import { inputClasses, tokenRates, unitRateOf } from './rates.ts'
import { unitLine } from './unit-line.ts'

/** Everything a cost is made of, before the one rounding. */
export interface Bill {
  readonly isFree: boolean
  readonly model: string
  readonly validFrom: string
  readonly assumed: boolean
  /** Exclusive bound of the tier that held. */
  readonly above: number | undefined
  readonly lines: readonly BillLine[]
  readonly multiplier: Multiplier | undefined
  readonly discount: Fraction | undefined
}

const tokenIndex: ReadonlyMap<string, number> = new Map(tokenRates.map((name, index) => [name, index]))
const reasoningIndex = tokenRates.indexOf('output_reasoning')

export function billOf(request: CostRequest): Bill | Unpriced {
  const resolved = request.catalog.resolve(request.provider, request.model)
  if (resolved === undefined) return { validFrom: undatedFrom, model: '', reason: 'unknown_model' }
  const { prices, isAssumed } = resolved
  const model = resolved.model.id
  if (prices.isFree) return freeBill(model, isAssumed)
  const entry = entryAt(prices.entries, request.atMs)
  if (entry === undefined) return { validFrom: undatedFrom, model, reason: 'no_price' }
  const total = totalInput(request.usage.classes)
  const tier = entry.tiers.find(({ above }) => total > above)
  const lines: BillLine[] = []
  const missing =
    addTokens(lines, request.usage, tier?.sheet ?? entry.base) ?? addUnits(lines, request, { prices, entry })
  if (missing !== undefined) return { validFrom: entry.from, model, reason: 'no_rate', missing }
  const { multiplier, isGuess } = multiplierOf(request, prices)
  return {
    isFree: false,
    model,
    validFrom: entry.from,
    assumed: isAssumed || isGuess || lines.some((line) => line.isGuess),
    above: tier?.above,
    lines,
    multiplier,
    discount: request.catalog.discountOf(request.provider),
  }
}

function freeBill(model: string, assumed: boolean): Bill {
  return {
    isFree: true,
    model,
    validFrom: undatedFrom,
    assumed,
    above: undefined,
    lines: [],
    multiplier: undefined,
    discount: undefined,
  }
}

/** The sum of all lines in pico-dollars, as one unrounded fraction. */
export function totalOf(bill: Bill, lines: readonly BillLine[]): Fraction {
  let tokens = 0n
  let units = 0n
  for (const { rateIndex, amount } of lines) {
    if (rateIndex < 0) units += amount
    else tokens += bill.multiplier ? amount * (bill.multiplier.numerators[rateIndex] ?? 0n) : amount
  }
  const common = bill.multiplier?.denominator ?? 1n
  const sum = tokens + units * common
  const scale = common * grainsPerPico
  const { discount } = bill
  if (discount === undefined) return { numerator: sum, denominator: scale }
  return { numerator: sum * discount.numerator, denominator: scale * discount.denominator }
}

const dayMs = 86_400_000

/** The entry in force: a daily window beats none, then the last one wins. */
export function entryAt(entries: readonly CompiledEntry[], atMs: number): CompiledEntry | undefined {
  const clockMs = ((atMs % dayMs) + dayMs) % dayMs
  let whole: CompiledEntry | undefined
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index]
    if (entry === undefined || entry.fromMs > atMs) continue
    if (entry.window === undefined) whole ??= entry
    else if (holds(entry.window, clockMs)) return entry
  }
  return whole
}

function holds({ startMs, endMs }: { startMs: number; endMs: number }, clockMs: number): boolean {
  return startMs < endMs ? clockMs >= startMs && clockMs < endMs : clockMs >= startMs || clockMs < endMs // over midnight
}

function totalInput(classes: Counts): number {
  let total = 0
  for (const name of inputClasses) total += classes[name] ?? 0
  return total
}

/** Returns the class that has no rate, if one is used. */
function addTokens(
  lines: BillLine[],
  usage: { classes: Counts; reasoning?: number },
  sheet: RateSheet,
): string | undefined {
  for (const name in usage.classes) {
    const index = tokenIndex.get(name)
    let count = usage.classes[name] ?? 0
    if (index === undefined || !(count > 0)) continue
    if (name === 'output' && sheet.hasReasoningRate && usage.reasoning) {
      const reasoning = Math.min(usage.reasoning, count)
      count -= reasoning
      if (!addToken(lines, sheet, { index: reasoningIndex, count: reasoning })) return 'output_reasoning'
      if (count === 0) continue
    }
    if (!addToken(lines, sheet, { index, count })) return name
  }
  return undefined
}

function addToken(lines: BillLine[], sheet: RateSheet, used: { index: number; count: number }): boolean {
  const rateIndex = sheet.used[used.index] ?? 0
  const grains = sheet.grains[used.index]
  const line =
    grains === undefined
      ? undefined
      : lineOf({
          name: tokenRates[used.index] ?? 'input',
          count: used.count,
          rateName: tokenRates[rateIndex] ?? 'input',
          rateIndex,
          per: 1_000_000,
          grains,
        })
  if (line === undefined) return false
  lines.push(line)
  return true
}

type Prices = Parameters<typeof unitLine>[2]

function addUnits(lines: BillLine[], request: CostRequest, from: Prices): string | undefined {
  const classes: Counts = request.usage.classes
  const hasTokens = lines.length > 0
  for (const name in classes) {
    const count = classes[name] ?? 0
    if (!(count > 0) || tokenIndex.has(name)) continue
    // Images are billed by their tokens where those are reported.
    if (name === 'images' && lines.some((line) => line.name.startsWith('output'))) continue
    const rateName = unitRateOf.get(name)
    const line = rateName && unitLine({ name, rateName, count }, request, from)
    if (line !== undefined) lines.push(line)
    else if (!(hasTokens && isMeasureOfTokens(name))) return name
  }
  return undefined
}

/** Length of text or sound that came with tokens and has no rate of its own: the same thing counted twice. */
function isMeasureOfTokens(name: string): boolean {
  return name === 'characters' || name === 'audio_seconds'
}
