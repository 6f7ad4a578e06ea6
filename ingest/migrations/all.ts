import { createHash } from 'node:crypto'
import { ledger } from './0001-ledger.ts'
import { usage } from './0002-usage.ts'
import { latency } from './0003-latency.ts'
import { promptsAndCandidates } from './0004-prompts-and-candidates.ts'
import { prices } from './0005-prices.ts'
import { targets } from './0006-targets.ts'
import { cost } from './0007-cost.ts'
import { counterfactual } from './0008-counterfactual.ts'
import { cacheEntries } from './0009-cache-entries.ts'
import type { Migration, TableStep } from './step.ts'

/** Every step of the schema, in order. A new one goes to the end; a shipped one stays as it is. */
export const migrations: readonly Migration[] = [
  ledger,
  usage,
  latency,
  promptsAndCandidates,
  prices,
  targets,
  cost,
  counterfactual,
  cacheEntries,
]

/** Of the template, not of a rendering, and blind to how it is indented. */
export function checksumOf(migration: Migration): string {
  const text = JSON.stringify(migration, (_key, value: unknown) =>
    typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : value,
  )
  return createHash('sha256').update(text).digest('hex')
}

export function tablesOf(steps: readonly Migration[]): readonly TableStep[] {
  return steps.flatMap((migration) => migration.steps.filter((step) => step.kind === 'table'))
}
