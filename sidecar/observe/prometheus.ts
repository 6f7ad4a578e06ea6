/** The Prometheus text format, and the little that must be kept to write it. */
export type Labels = Readonly<Record<string, string>>

export interface Histogram {
  readonly buckets: readonly number[]
  /** Not cumulative; the text is. */
  readonly counts: number[]
  sum: number
  count: number
}

export interface Series {
  readonly labels: Labels
  value: number
  readonly histogram?: Histogram
}

export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly series: Map<string, Series>
}

export function family(name: string, type: Family['type'], help: string): Family {
  return { name, type, help, series: new Map() }
}

export function observeIn(histogram: Histogram, value: number): void {
  histogram.sum += value
  histogram.count += 1
  const at = histogram.buckets.findIndex((bound) => value <= bound)
  if (at >= 0) histogram.counts[at] = (histogram.counts[at] ?? 0) + 1
}

export function renderFamilies(families: readonly Family[]): string {
  return families.map(renderFamily).join('')
}

function renderFamily(one: Family): string {
  const lines = [`# HELP ${one.name} ${one.help}`, `# TYPE ${one.name} ${one.type}`]
  for (const series of one.series.values()) {
    if (series.histogram === undefined) lines.push(`${one.name}${labelText(series.labels)} ${series.value}`)
    else lines.push(...histogramLines(one.name, series.labels, series.histogram))
  }
  return `${lines.join('\n')}\n`
}

function histogramLines(name: string, labels: Labels, histogram: Histogram): string[] {
  let cumulative = 0
  const lines = histogram.buckets.map((bound, index) => {
    cumulative += histogram.counts[index] ?? 0
    return `${name}_bucket${labelText({ ...labels, le: String(bound) })} ${cumulative}`
  })
  lines.push(`${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${histogram.count}`)
  lines.push(
    `${name}_sum${labelText(labels)} ${histogram.sum}`,
    `${name}_count${labelText(labels)} ${histogram.count}`,
  )
  return lines
}

function labelText(labels: Labels): string {
  const entries = Object.entries(labels)
  if (entries.length === 0) return ''
  return `{${entries.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`))
}
