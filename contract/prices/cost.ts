import {
  add,
  divideHalfEven,
  type Fraction,
  formatFraction,
  type Money,
  maxMoney,
  one,
  parseMoney,
} from '../money.ts'
import { type Bill, billOf, totalOf } from './bill.ts'
import { grainsPerUsd, undatedFrom } from './compile.ts'
import type { CostRequest, Unpriced, UnpricedReason } from './cost-request.ts'
import type { BillLine } from './line.ts'

export interface Priced {
  /** Undefined is unknown, never 0. */
  readonly costUsd: Money | undefined
  /** What the catalog says, also where the provider's own figure won: the two are compared for drift. */
  readonly catalogUsd: Money | undefined
  readonly source: 'catalog' | 'reported' | 'free'
  /** First day of the price entry; 1970-01-01 when undated. */
  readonly validFrom: string
  /** Rests on a default, or on the price of a base model. */
  readonly assumed: boolean
  /** The catalog's id of the model that was priced; '' where there is none. */
  readonly model: string
  /** Why the catalog gives no figure. */
  readonly reason?: UnpricedReason
  /** The used class that has no rate. */
  readonly missing?: string
}

export interface CostPart {
  readonly class: string
  readonly count: number
  /** The rate used: the class's own or the one it falls back to. */
  readonly rateName: string
  /** USD as decimal text, for `per` units. */
  readonly rate: string
  readonly per: number
  /** Service × geo × speed × negotiated discount, as text. */
  readonly factor: string
  readonly usd: Money
}

export interface ExplainedCost extends Priced {
  /** The tier of long requests that held, by its exclusive bound. */
  readonly above: number | undefined
  /** They add up to `catalogUsd` exactly: each amount is a step of the rounded running sum. */
  readonly parts: readonly CostPart[]
}

type Billed = Bill | Unpriced

const free: Priced = {
  costUsd: 0n,
  catalogUsd: 0n,
  source: 'free',
  validFrom: undatedFrom,
  assumed: false,
  model: '',
}

/** The one function that turns usage into money: cost, baseline and savings all come from here. */
export function costOf(request: CostRequest): Priced {
  return request.isFree === true ? free : priceOf(billsOf(request), request.usage.reportedCostUsd)
}

/** The same, with every line of the bill; for people, off the hot path. */
export function explainCost(request: CostRequest): ExplainedCost {
  if (request.isFree === true) return { ...free, above: undefined, parts: [] }
  const bills = billsOf(request)
  const priced = priceOf(bills, request.usage.reportedCostUsd)
  if (!areBills(bills)) return { ...priced, above: undefined, parts: [] }
  return { ...priced, above: bills[0].above, parts: partsOf(bills) }
}

type NotEmpty<T> = readonly [T, ...T[]]

/** The bill of the model, and one for each other model that worked in the same call; speed and reasoning are its own. */
function billsOf(request: CostRequest): NotEmpty<Billed> {
  const own = billOf(request)
  const { others, classes: _classes, speed: _speed, reasoning: _reasoning, ...rest } = request.usage
  if (others === undefined) return [own]
  return [
    own,
    ...others.map(({ model, classes }) => billOf({ ...request, model, usage: { ...rest, classes } })),
  ]
}

function areBills(bills: NotEmpty<Billed>): bills is NotEmpty<Bill> {
  return bills.every((billed) => !('reason' in billed))
}

function priceOf(bills: NotEmpty<Billed>, reportedText: string | undefined): Priced {
  const listed = listPrice(bills)
  const reported = reportedText === undefined ? undefined : parseMoney(reportedText)
  if (reported === undefined || reported < 0n || reported > maxMoney) return listed
  return { ...listed, costUsd: reported, source: 'reported', assumed: false }
}

function listPrice(bills: NotEmpty<Billed>): Priced {
  const unpriced = bills.find((billed): billed is Unpriced => 'reason' in billed)
  if (unpriced !== undefined) return unknown({ ...unpriced, model: bills[0].model })
  const [bill, ...others] = bills as NotEmpty<Bill>
  const { validFrom, model } = bill
  const assumed = bill.assumed || others.some((other) => other.assumed)
  if (bill.isFree && others.length === 0) return { ...free, assumed, model }
  const { numerator, denominator } = sumOf([bill, ...others])
  const money = divideHalfEven(numerator, denominator)
  if (money > maxMoney) return unknown({ validFrom, model, reason: 'out_of_range' })
  return { costUsd: money, catalogUsd: money, source: 'catalog', validFrom, assumed, model }
}

function unknown(why: Unpriced): Priced {
  return { costUsd: undefined, catalogUsd: undefined, source: 'catalog', assumed: false, ...why }
}

function sumOf(bills: readonly Bill[]): Fraction {
  return bills.map((bill) => totalOf(bill, bill.lines)).reduce(add)
}

function partsOf(bills: NotEmpty<Bill>): CostPart[] {
  let before = 0n
  return bills.flatMap((bill, at) =>
    bill.lines.map((line, index) => {
      const done = [...bills.slice(0, at), { ...bill, lines: bill.lines.slice(0, index + 1) }]
      const { numerator, denominator } = sumOf(done)
      const running = divideHalfEven(numerator, denominator)
      const usd = running - before
      before = running
      const name = at === 0 ? {} : { class: `${line.name}@${bill.model}` }
      return { ...describeLine(line), ...name, factor: formatFraction(factorOf(bill, line)), usd }
    }),
  )
}

function describeLine(line: BillLine): Omit<CostPart, 'usd' | 'factor'> {
  const { name, count, rateName, per, grains } = line
  const rate = formatFraction({ numerator: grains * BigInt(per), denominator: grainsPerUsd })
  return { class: name, count, rateName, rate, per }
}

function factorOf({ multiplier, discount }: Bill, line: BillLine): Fraction {
  const { numerator, denominator } = discount ?? one
  if (line.rateIndex < 0 || multiplier === undefined) return { numerator, denominator }
  return {
    numerator: numerator * (multiplier.numerators[line.rateIndex] ?? 0n),
    denominator: denominator * multiplier.denominator,
  }
}
