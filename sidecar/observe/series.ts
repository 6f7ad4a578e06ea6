import { type Family, family, type Series } from './prometheus.ts'

export type LabelValue = string | number | boolean

export interface FamilyShape {
  readonly name: string
  readonly type: Family['type']
  readonly help: string
  readonly labels: readonly string[]
  readonly buckets?: readonly number[]
  readonly seriesMax?: number
}

interface Node {
  readonly children: Map<LabelValue, Node>
  series: Series | undefined
}

/** A guess: ten times what a large configuration makes, and still only a few hundred kilobytes of text. */
const usualSeriesMax = 2000

/**
 * The series of a family by their label values, one step per label: every request asks a dozen times, so no
 * key is put together. Past the bound everything new is counted in one series whose labels all say `other`.
 */
export class SeriesIndex {
  readonly family: Family
  readonly #shape: FamilyShape
  readonly #root: Node = { children: new Map(), series: undefined }
  #overflow: Series | undefined

  constructor(shape: FamilyShape) {
    this.#shape = shape
    this.family = family(shape.name, shape.type, shape.help)
  }

  /** One value per label, in the order of the labels. */
  at(...values: readonly LabelValue[]): Series {
    let node: Node | undefined = this.#root
    for (let index = 0; index < values.length; index += 1) {
      node = node.children.get(values[index] ?? '')
      if (node === undefined) return this.#add(values)
    }
    return node.series ?? this.#add(values)
  }

  #add(values: readonly LabelValue[]): Series {
    if (this.family.series.size >= (this.#shape.seriesMax ?? usualSeriesMax)) {
      this.#overflow ??= this.#create(values.map(() => otherName))
      return this.#overflow
    }
    let node = this.#root
    for (const value of values) {
      const next = node.children.get(value) ?? { children: new Map(), series: undefined }
      node.children.set(value, next)
      node = next
    }
    node.series = this.#create(values.map(String))
    return node.series
  }

  #create(values: readonly string[]): Series {
    const { labels: names, buckets } = this.#shape
    const labels = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
    const created: Series =
      buckets === undefined
        ? { labels, value: 0 }
        : { labels, value: 0, histogram: { buckets, counts: buckets.map(() => 0), sum: 0, count: 0 } }
    this.family.series.set(values.join('\u0000'), created)
    return created
  }
}

export const otherName = 'other'

/**
 * Lets the first so many names through, and of the rest says `other`: callers may name models of their own
 * making, and each would be a series in every family, for good. What else labels a series stays exact.
 */
export class BoundedNames {
  readonly #known = new Set<string>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  of(name: string): string {
    if (this.#known.has(name)) return name
    if (this.#known.size >= this.#max || name.length > nameCharsMax) return otherName
    this.#known.add(name)
    return name
  }
}

const nameCharsMax = 160
