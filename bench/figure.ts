import type { Sample, Samples } from './rounds.ts'

/** One line of the table. */
export interface Figure {
  readonly group: string
  readonly name: string
  readonly unit: string
  readonly goal?: { readonly most: number } | { readonly least: number }
  /** One per round; empty when it could not be measured. */
  readonly values: readonly number[]
  /** Why it could not be measured, or what to know when reading it. */
  readonly note?: string
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

type Reading = (sample: Sample) => number

/** Round by round: this contender's value against another's of the same round. */
export function paired(
  samples: Samples,
  names: readonly [string, string],
  combine: (mine: Sample, theirs: Sample) => number,
): number[] {
  const [mine, theirs] = names.map((name) => samples.get(name) ?? [])
  return (mine ?? []).flatMap((sample, round) => {
    const other = theirs?.[round]
    return other ? [combine(sample, other)] : []
  })
}

export function ratio(samples: Samples, names: readonly [string, string], read: Reading): number[] {
  return paired(samples, names, (mine, theirs) => read(mine) / read(theirs))
}

export function added(samples: Samples, names: readonly [string, string], read: Reading): number[] {
  return paired(samples, names, (mine, theirs) => read(mine) - read(theirs))
}

export function readings(samples: Samples, name: string, read: Reading): number[] {
  return (samples.get(name) ?? []).map(read)
}

export function isMet({ goal, values }: Figure): boolean | undefined {
  if (!goal || values.length === 0) return undefined
  const value = median(values)
  return 'most' in goal ? value <= goal.most : value >= goal.least
}

function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits)
}

function row(figure: Figure): string[] {
  const { name, unit, goal, values, note } = figure
  const bound = !goal ? '–' : 'most' in goal ? `≤ ${goal.most} ${unit}` : `≥ ${goal.least} ${unit}`
  if (values.length === 0) return [name, bound, 'n/a', note ?? '', 'n/a']
  const spread =
    values.length > 1 ? `${number(Math.min(...values))} … ${number(Math.max(...values))}` : (note ?? '')
  const met = isMet(figure)
  return [
    name,
    bound,
    `${number(median(values))} ${unit}`,
    spread,
    met === undefined ? '–' : met ? 'yes' : 'no',
  ]
}

export function table(figures: readonly Figure[]): string {
  const rows = [['figure', 'goal', 'median', 'spread', 'met'], ...figures.map(row)]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, k) => cell.padEnd(widths[k] ?? 0)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [line(rows[0] ?? []), rule, ...rows.slice(1).map(line)].join('\n')
}
