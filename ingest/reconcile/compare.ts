import type { Fraction } from '../../contract/money.ts'
import { type Amounts, type Figure, figures, type UsageLine } from './figures.ts'

export interface ComparedLine {
  readonly day: string
  /** '' for all models together, where the export does not tell them apart. */
  readonly model: string
  /** Every name it goes by, on either side. */
  readonly names: readonly string[]
  /** Undefined: not there at all. */
  readonly ledger: Amounts | undefined
  readonly export: Amounts | undefined
  /** Figures that are further apart than the tolerance. */
  readonly differing: readonly Figure[]
}

export interface Comparison {
  readonly lines: readonly ComparedLine[]
  readonly totals: { readonly ledger: Amounts; readonly export: Amounts }
  readonly figures: readonly Figure[]
  readonly isEqual: boolean
}

export interface CompareAsk {
  readonly ledger: readonly UsageLine[]
  readonly export: readonly UsageLine[]
  readonly figures: readonly Figure[]
  /** Share of the larger figure. */
  readonly tolerance: Fraction
}

/** Exports carry money as binary fractions: a millionth of a dollar apart is the same. */
const moneyNoise = 10n ** 6n

export function compare(ask: CompareAsk): Comparison {
  const tellsModels = ask.export.some(({ model }) => model !== '')
  const bySide = { ledger: grouped(ask.ledger, tellsModels), export: grouped(ask.export, tellsModels) }
  const keys = [...new Set([...bySide.ledger.keys(), ...bySide.export.keys()])].sort()
  const lines = keys.map((key) => lineOf(bySide.ledger.get(key), bySide.export.get(key), ask))
  const sum = (side: 'ledger' | 'export') => lines.reduce((total, line) => plus(total, line[side] ?? {}), {})
  return {
    lines,
    totals: { ledger: sum('ledger'), export: sum('export') },
    figures: ask.figures,
    isEqual: lines.every(({ differing }) => differing.length === 0),
  }
}

interface Group {
  readonly day: string
  readonly model: string
  readonly names: Set<string>
  amounts: Amounts
}

function grouped(lines: readonly UsageLine[], tellsModels: boolean): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const { day, model, amounts } of lines) {
    const name = tellsModels ? sameModel(model) : ''
    const key = `${day}\u0000${name}`
    const group = groups.get(key) ?? { day, model: name, names: new Set(), amounts: {} }
    if (tellsModels) group.names.add(model)
    group.amounts = plus(group.amounts, amounts)
    groups.set(key, group)
  }
  return groups
}

/** One model goes by an alias on one side and by its date on the other. */
function sameModel(model: string): string {
  return model
    .toLowerCase()
    .replace(/^models\//, '')
    .replace(/[-@]\d{4}-?\d{2}-?\d{2}$/, '')
}

function lineOf(ledger: Group | undefined, exported: Group | undefined, ask: CompareAsk): ComparedLine {
  const { day = '', model = '' } = ledger ?? exported ?? {}
  const names = new Set([...(ledger?.names ?? []), ...(exported?.names ?? [])])
  const differing = ask.figures.filter(
    (figure) =>
      !isNear(figure, ledger?.amounts[figure] ?? 0n, exported?.amounts[figure] ?? 0n, ask.tolerance),
  )
  return {
    day,
    model,
    names: [...names].sort(),
    ledger: ledger?.amounts,
    export: exported?.amounts,
    differing,
  }
}

function isNear(figure: Figure, left: bigint, right: bigint, tolerance: Fraction): boolean {
  const apart = left > right ? left - right : right - left
  if (figure === 'cost_usd' && apart <= moneyNoise) return true
  const larger = left > right ? left : right
  return apart * tolerance.denominator <= larger * tolerance.numerator
}

function plus(left: Amounts, right: Amounts): Amounts {
  const sum: Amounts = { ...left }
  for (const figure of figures) {
    const added = right[figure]
    if (added !== undefined) sum[figure] = (sum[figure] ?? 0n) + added
  }
  return sum
}
