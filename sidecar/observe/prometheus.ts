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

/** Plain data, so that a worker can send it to its parent. */
export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly series: Map<string, Series>
}

export function family(name: string, type: Family['type'], help: string): Family {
  return { name, type, help, series: new Map() }
}

/** A family of one series without labels. */
export function single(name: string, type: 'gauge' | 'counter', help: string, value: number): Family {
  const made = family(name, type, help)
  made.series.set('', { labels: {}, value })
  return made
}

/** One series with labels; families of one name are merged when they are written. */
export function labelled(from: {
  name: string
  type: 'gauge' | 'counter'
  help: string
  value: number
  labels: Labels
}): Family {
  const { name, type, help, value, labels } = from
  const made = family(name, type, help)
  made.series.set(Object.values(labels).join('\u0000'), { labels, value })
  return made
}

export function observeIn(histogram: Histogram, value: number): void {
  // One NaN would make the sum NaN for the life of the process.
  if (!Number.isFinite(value)) return
  const { buckets, counts } = histogram
  histogram.sum += value
  histogram.count += 1
  for (let index = 0; index < buckets.length; index += 1) {
    if (value > (buckets[index] ?? 0)) continue
    counts[index] = (counts[index] ?? 0) + 1
    return
  }
}

/** Families of one name become one, series of the same labels add up: what workers report, or several sources. */
export function mergeFamilies(families: readonly Family[]): Family[] {
  const merged = new Map<string, Family>()
  for (const one of families) {
    const into = merged.get(one.name)
    if (into === undefined) merged.set(one.name, copyOf(one))
    else if (into.type === one.type) addSeries(into, one)
  }
  return [...merged.values()]
}

function copyOf(one: Family): Family {
  const copy = family(one.name, one.type, one.help)
  addSeries(copy, one)
  return copy
}

function addSeries(into: Family, from: Family): void {
  for (const [key, series] of from.series) {
    const target = into.series.get(key)
    if (target === undefined) into.series.set(key, cloned(series))
    else addUp(target, series)
  }
}

function addUp(into: Series, from: Series): void {
  into.value += from.value
  const { histogram } = into
  if (histogram === undefined || from.histogram === undefined) return
  histogram.sum += from.histogram.sum
  histogram.count += from.histogram.count
  from.histogram.counts.forEach((count, index) => {
    histogram.counts[index] = (histogram.counts[index] ?? 0) + count
  })
}

function cloned(series: Series): Series {
  const { histogram } = series
  return histogram === undefined
    ? { ...series }
    : { ...series, histogram: { ...histogram, counts: [...histogram.counts] } }
}

export function renderFamilies(families: readonly Family[]): string {
  return families.map(renderFamily).join('')
}

function renderFamily(one: Family): string {
  const lines = [`# HELP ${one.name} ${escapeHelp(one.help)}`, `# TYPE ${one.name} ${one.type}`]
  for (const series of one.series.values()) {
    if (series.histogram !== undefined)
      lines.push(...histogramLines(one.name, series.labels, series.histogram))
    else lines.push(`${one.name}${labelText(series.labels)} ${numberText(series.value)}`)
  }
  return `${lines.join('\n')}\n`
}

function histogramLines(name: string, labels: Labels, histogram: Histogram): string[] {
  let cumulative = 0
  const lines = histogram.buckets.map((bound, index) => {
    cumulative += histogram.counts[index] ?? 0
    return `${name}_bucket${labelText({ ...labels, le: numberText(bound) })} ${cumulative}`
  })
  lines.push(`${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${histogram.count}`)
  lines.push(`${name}_sum${labelText(labels)} ${numberText(histogram.sum)}`)
  lines.push(`${name}_count${labelText(labels)} ${histogram.count}`)
  return lines
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

function labelText(labels: Labels): string {
  const entries = Object.entries(labels)
  if (entries.length === 0) return ''
  return `{${entries.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`
}

function escapeLabel(value: string): string {
  return value.toWellFormed().replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`))
}

function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (found) => (found === '\n' ? '\\n' : '\\\\'))
}
