import { formatScaled } from '../../contract/money.ts'
import type { ComparedLine, Comparison } from './compare.ts'
import { type Amounts, digitsOf, type Figure } from './figures.ts'

export interface Reported {
  readonly comparison: Comparison
  readonly format: string
  readonly providers: readonly string[]
  readonly since: string
  readonly until: string
  readonly tolerance: string
  /** What a reader should know before believing a figure. */
  readonly notes: readonly string[]
}

/** For programs: money and counts as text, since JSON numbers are floats. */
export function jsonReport(reported: Reported): unknown {
  const { comparison, format, providers, since, until, tolerance, notes } = reported
  const { figures } = comparison
  return {
    equal: comparison.isEqual,
    format,
    providers,
    since,
    until,
    tolerance,
    lines: comparison.lines.map((line) => ({
      day: line.day,
      model: line.model,
      names: line.names,
      ledger: line.ledger === undefined ? null : texts(line.ledger, figures),
      export: line.export === undefined ? null : texts(line.export, figures),
      difference: differences(line, figures),
      differing: line.differing,
    })),
    totals: {
      ledger: texts(comparison.totals.ledger, figures),
      export: texts(comparison.totals.export, figures),
      difference: differences(comparison.totals, figures),
    },
    notes,
  }
}

function texts(amounts: Amounts, figures: readonly Figure[]): Record<string, string> {
  return Object.fromEntries(figures.map((figure) => [figure, amountText(amounts[figure] ?? 0n, figure)]))
}

type Sides = { readonly ledger: Amounts | undefined; readonly export: Amounts | undefined }

const apart = (sides: Sides, figure: Figure) =>
  (sides.ledger?.[figure] ?? 0n) - (sides.export?.[figure] ?? 0n)

function differences(sides: Sides, figures: readonly Figure[]): Record<string, string> {
  return Object.fromEntries(figures.map((figure) => [figure, amountText(apart(sides, figure), figure)]))
}

function amountText(amount: bigint, figure: Figure): string {
  return formatScaled(amount, digitsOf(figure))
}

const head = ['day', 'model', 'figure', 'ledger', 'export', 'difference'] as const

/** For people: what differs, or with `all` everything, then the sums. */
export function textReport(reported: Reported, all: boolean): string {
  const { comparison, format, providers, since, until, notes } = reported
  const rows = comparison.lines.flatMap((line) => lineRows(line, all ? comparison.figures : line.differing))
  const totals = comparison.figures.map((figure) => rowOf(comparison.totals, figure, ['all', '']))
  const title = `${format}, ${providers.join(', ') || 'all providers'}, ${since} to ${until} (UTC)`
  return [
    title,
    '',
    ...table([[...head], ...rows, ...totals]),
    '',
    ...missing(comparison),
    ...notes,
    verdict(reported),
  ].join('\n')
}

function lineRows(line: ComparedLine, figures: readonly Figure[]): string[][] {
  return figures.map((figure) => rowOf(line, figure, [line.day, line.model || 'all models']))
}

function rowOf(sides: Sides, figure: Figure, [day, model]: readonly [string, string]): string[] {
  const side = (amounts: Amounts | undefined) =>
    amounts === undefined ? 'none' : grouped(amountText(amounts[figure] ?? 0n, figure))
  return [
    day,
    model,
    figure,
    side(sides.ledger),
    side(sides.export),
    grouped(amountText(apart(sides, figure), figure)),
  ]
}

/** 1234567.5 as 1,234,567.5 */
function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.')
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? spaced : `${spaced}.${fraction}`
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

/** Names that one side alone has: a model under another name, another key, or calls past Sidelight. */
function missing({ lines }: Comparison): string[] {
  const name = ({ day, model }: ComparedLine) => `${day} ${model || 'all models'}`
  const only = (side: 'ledger' | 'export') =>
    lines
      .filter(
        (line) => line[side === 'ledger' ? 'export' : 'ledger'] === undefined && line.differing.length > 0,
      )
      .map(name)
  return (['ledger', 'export'] as const).flatMap((side) => {
    const found = only(side)
    return found.length === 0 ? [] : [`only in the ${side}: ${found.join(', ')}`]
  })
}

function verdict({ comparison, tolerance }: Reported): string {
  const within = tolerance === '0' ? '' : ` within ${tolerance}`
  const count = comparison.lines.filter(({ differing }) => differing.length > 0).length
  return comparison.isEqual
    ? `equal${within}: ${comparison.lines.length} lines`
    : `${count} of ${comparison.lines.length} lines differ${within === '' ? '' : ` by more than ${tolerance}`}`
}
