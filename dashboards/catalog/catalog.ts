import { cost } from './cost.ts'
import { customer } from './customer.ts'
import { customers } from './customers.ts'
import { overview } from './overview.ts'
import type { Board, Panel } from './panel.ts'
import { requests } from './requests.ts'

/** In the order in which they are offered. */
export const boards: readonly Board[] = [overview, cost, customers, customer, requests]

export const panels: readonly Panel[] = boards.flatMap(({ rows }) => rows.flatMap((row) => row.panels))
