import { type Money, parseFraction, parseMoney } from '../../contract/money.ts'
import { type Amounts, type Figure, figures, type UsageLine } from './figures.ts'
import { ExportProblem } from './problem.ts'
import type { Profile } from './profiles.ts'
import type { Row, Table } from './table.ts'

export interface UsageExport {
  readonly lines: readonly UsageLine[]
  /** What the file says anything about. */
  readonly figures: readonly Figure[]
}

export function readExport(table: Table, profile: Profile): UsageExport {
  const known = new Set(table.columns)
  const stated = figures.filter((figure) => profile.figures[figure]?.some((column) => known.has(column)))
  const lines = table.rows.map((row) => ({
    day: dayOf(row, profile.day),
    model: modelOf(row, profile),
    amounts: amountsOf(row, profile, stated),
  }))
  return { lines, figures: stated }
}

function modelOf({ cells }: Row, { model, modelIn }: Profile): string {
  const text = model === undefined ? '' : (cells.get(model) ?? '')
  return modelIn === undefined ? text : modelIn(text)
}

const isoDay = /^(\d{4}-\d{2}-\d{2})$/
const isoTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/

/** Days are UTC, as providers bill them. */
function dayOf(row: Row, column: string): string {
  const text = row.cells.get(column) ?? ''
  const time = timeOf(text)
  if (time === undefined || Number.isNaN(time))
    throw new ExportProblem(row.placeOf(column), 'expected a day such as 2026-11-28, a time, or Unix seconds')
  return new Date(time).toISOString().slice(0, 10)
}

function timeOf(text: string): number | undefined {
  const day = isoDay.exec(text)?.[1]
  if (day !== undefined) {
    const time = Date.parse(`${day}T00:00:00Z`)
    // 2026-02-30 would pass for the second of March.
    return new Date(time).toISOString().startsWith(day) ? time : undefined
  }
  // A time without a zone is taken as UTC, not as that of this machine.
  if (isoTime.test(text))
    return Date.parse(/Z|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text.replace(' ', 'T')}Z`)
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return Number(text) * 1000
  return undefined
}

function amountsOf(row: Row, profile: Profile, stated: readonly Figure[]): Amounts {
  const amounts: Amounts = {}
  for (const figure of stated) {
    let sum = 0n
    for (const column of profile.figures[figure] ?? []) {
      const text = row.cells.get(column) ?? ''
      if (text === '') continue
      sum += figure === 'cost_usd' ? moneyIn(row, column, profile) : countIn(row, column, text)
    }
    amounts[figure] = sum
  }
  return amounts
}

function countIn(row: Row, column: string, text: string): bigint {
  const match = /^(\d{1,18})(?:\.0+)?$/.exec(text)
  if (match === null) throw new ExportProblem(row.placeOf(column), 'expected a whole number, 0 or more')
  return BigInt(match[1] ?? '')
}

function moneyIn(row: Row, column: string, profile: Profile): Money {
  const currency = profile.currency === undefined ? '' : (row.cells.get(profile.currency) ?? '')
  if (profile.currency !== undefined && currency !== '' && currency.toLowerCase() !== 'usd')
    throw new ExportProblem(row.placeOf(profile.currency), 'is not US dollars: amounts can not be compared')
  const text = (row.cells.get(column) ?? '').replace(/^\$/, '')
  const amount = parseFraction(text)
  const money = parseMoney(text)
  if (amount === undefined || money === undefined)
    throw new ExportProblem(row.placeOf(column), 'expected an amount such as 1.25, with a point')
  return profile.costUnit === 'cent' ? divideByHundred(text) : money
}

/** Cents have digits of their own behind the point: they are shifted before anything is rounded. */
function divideByHundred(text: string): Money {
  return (
    parseMoney(
      /e/i.test(text) ? text.replace(/e([+-]?\d+)$/i, (_, power) => `e${Number(power) - 2}`) : `${text}e-2`,
    ) ?? 0n
  )
}
