/** What the console asks of a warehouse, and what it may be answered. The composition root brings it. */
export interface Question {
  readonly sql: string
  readonly values: Readonly<Record<string, unknown>>
  readonly rowsMax: number
  readonly signal: AbortSignal
}

export interface Column {
  readonly name: string
  readonly type: string
}

export type Answer =
  | {
      readonly kind: 'answered'
      readonly columns: readonly Column[]
      /** Column by column, as they are drawn. */
      readonly data: readonly (readonly unknown[])[]
    }
  /** Nobody answers, or there are no tables yet. */
  | { readonly kind: 'away'; readonly code: string }
  /** The engine refused it or gave up; its own words quote the statement, its code does not. */
  | { readonly kind: 'failed'; readonly code: string }

export type Query = (question: Question) => Promise<Answer>

/** Times become numbers of seconds and numbers numbers, whatever the engine writes them as. */
export function plainColumn({ type }: Column, values: readonly unknown[]): readonly unknown[] {
  if (/^(?:Nullable\(|LowCardinality\()*Date/.test(type)) return values.map(secondsOf)
  if (/^(?:Nullable\()?(?:U?Int(?:64|128|256)|Decimal)/.test(type))
    return values.map((value) => (typeof value === 'string' ? Number(value) : value))
  return values
}

/** Asked for as ISO, which says its zone; a date alone is a day of UTC. */
function secondsOf(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? null : ms / 1000
}
