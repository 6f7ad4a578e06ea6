import { overview } from './overview.ts'
import type { Board, Panel } from './panel.ts'

/** In the order in which they are offered. */
export const boards: readonly Board[] = [overview]

export const panels: readonly Panel[] = boards.flatMap(({ rows }) => rows.flatMap((row) => row.panels))
