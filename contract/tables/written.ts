import type { Columns } from '../column.ts'
import { spooledTables } from '../record.ts'
import { auditLogColumns } from './audit-log.ts'
import { budgetColumns } from './budgets.ts'
import { contentColumns } from './contents.ts'
import { evalRunColumns } from './eval-runs.ts'
import { routingPolicyColumns } from './routing-policies.ts'
import { scoreColumns } from './scores.ts'

/** Tables of the warehouse whose rows Sidelight writes one by one; all others follow from these in SQL. */
export const writtenTables = {
  ...spooledTables,
  scores: scoreColumns,
  contents: contentColumns,
  routing_policies: routingPolicyColumns,
  eval_runs: evalRunColumns,
  budgets: budgetColumns,
  audit_log: auditLogColumns,
} as const satisfies Readonly<Record<string, Columns>>

export type WrittenTable = keyof typeof writtenTables
