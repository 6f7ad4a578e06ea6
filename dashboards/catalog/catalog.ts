import { cache } from './cache.ts'
import { cost } from './cost.ts'
import { customer } from './customer.ts'
import { customers } from './customers.ts'
import { latency } from './latency.ts'
import { overview } from './overview.ts'
import type { Board, Panel } from './panel.ts'
import { pipeline } from './pipeline.ts'
import { privacy } from './privacy.ts'
import { quality } from './quality.ts'
import { reliability } from './reliability.ts'
import { requests } from './requests.ts'
import { routing } from './routing.ts'

/** In the order in which they are offered. */
export const boards: readonly Board[] = [
  overview,
  cost,
  customers,
  customer,
  reliability,
  latency,
  routing,
  quality,
  cache,
  privacy,
  pipeline,
  requests,
]

export const panels: readonly Panel[] = boards.flatMap(({ rows }) => rows.flatMap((row) => row.panels))
