import { type Columns, column, type RowOf } from '../column.ts'

/** The history of routing policies: every version of every route that was ever in force, never changed. */
export const routingPolicyColumns = {
  ts: column('time', 'when it was published'),
  route: column('label', 'the route it rules'),
  version: column('u32', 'grows with each policy of the route'),
  parent: column('u32', 'version it was made from'),
  policy_id: column('text', 'content hash of the document'),
  action: column('label', 'publish, revert, canary or freeze'),
  actor: column('label', 'evals, or the person who did it'),
  reason: column('text', 'why, in words'),
  run_id: column('text', 'run of the evals that made it'),
  not_before: column('time', 'when it may come into force'),
  weights: column(
    'amount_map',
    'share of the traffic by candidate where that is known, else the default weights',
  ),
  document: column('document', 'the whole policy as JSON'),
} as const satisfies Columns

export type RoutingPolicyRow = RowOf<typeof routingPolicyColumns>
