import { type Columns, column, type RowOf } from '../column.ts'

/** What may be spent: the latest row of a scope, key and period holds. */
export const budgetColumns = {
  updated_at: column('time', 'when it was set'),
  scope: column('label', 'app, team, customer or key'),
  key: column('text', 'its name'),
  period: column('label', 'day, week or month'),
  limit_usd: column('money', 'most that may be spent in a period', 'USD'),
  actor: column('label', 'configuration, or the person who set it'),
} as const satisfies Columns

export type BudgetRow = RowOf<typeof budgetColumns>
