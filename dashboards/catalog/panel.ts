import type { Dialect } from '../dialects/dialect.ts'
import type { VarName } from '../dialects/variables.ts'
import type { Unit } from './units.ts'

export type Viz = 'stat' | 'timeseries' | 'bars' | 'table' | 'heatmap' | 'states' | 'scatter' | 'histogram'

export interface ColumnLook {
  readonly label?: string
  readonly unit?: Unit
  /** A click leads to this board with the cell as the value of the variable; time and filters stay. */
  readonly link?: { readonly board: BoardUid; readonly variable: VarName }
}

/**
 * One picture and the statement behind it. `timeseries` rows are (time, names…, numbers…) in order of time; any other
 * statement gives a table that is drawn as it comes.
 */
export interface Panel {
  /** Of the panel in addresses, in Grafana's files and in the console. */
  readonly id: string
  readonly board: BoardUid
  readonly row: string
  readonly title: string
  readonly description: string
  /** Questions that it answers. */
  readonly answers: readonly string[]
  readonly viz: Viz
  readonly unit: Unit
  /** Buckets without rows: sums and counts are zero there, rates and quantiles unknown. */
  readonly empty: 'zero' | 'gap'
  readonly kind: 'timeseries' | 'table'
  /** What it listens to; it ignores every other variable, and its description in Grafana says so. */
  readonly filters: readonly VarName[]
  /** Of a time series: the column whose values name the lines. */
  readonly by?: string
  readonly columns?: Readonly<Record<string, ColumnLook>>
  /** Parts of a whole are stacked. */
  readonly stacked?: boolean
  /** Of 24 columns; what suits the picture otherwise. */
  readonly width?: number
  readonly height?: number
  /** Shortest bucket in seconds, where the source knows nothing shorter. */
  readonly leastStep?: number
  readonly sql: (dialect: Dialect) => string
}

/** As the author of a board writes it: where it stands follows from where it is written. */
export type PanelDraft = Omit<Panel, 'board' | 'row'>

export const boardUids = [
  'sidelight-overview',
  'sidelight-cost',
  'sidelight-customers',
  'sidelight-customer',
  'sidelight-reliability',
  'sidelight-latency',
  'sidelight-routing',
  'sidelight-quality',
  'sidelight-cache',
  'sidelight-privacy',
  'sidelight-pipeline',
  'sidelight-requests',
] as const

export type BoardUid = (typeof boardUids)[number]

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Board {
  readonly uid: BoardUid
  readonly title: string
  /** What the first row answers. */
  readonly question: string
  readonly rows: readonly Row[]
}

export function board(
  { uid, title, question }: Omit<Board, 'rows'>,
  rows: Readonly<Record<string, readonly PanelDraft[]>>,
): Board {
  const placed = Object.entries(rows).map(([row, drafts]) => ({
    title: row,
    panels: drafts.map((draft) => ({ ...draft, board: uid, row })),
  }))
  return { uid, title, question, rows: placed }
}
