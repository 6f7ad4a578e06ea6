import { type Columns, column, type RowOf } from '../column.ts'

/** One row for each cache decision whose answer was compared with a fresh one. */
export const cacheAuditColumns = {
  ts: column('time', 'when the request arrived'),
  request_id: column('uuid', 'the request whose answer was checked'),
  app: column('label', 'as in requests'),
  customer: column('label', 'as in requests'),
  route: column('label', 'as in requests'),
  tier: column('label', 'exact, lexical or semantic'),
  entry_id: column('text', 'entry of the cache that was compared'),
  score: column('float', 'similarity of the entry'),
  tau: column('float', 'similarity that was needed'),
  delta: column('float', 'share of wrong hits that the route allows'),
  guard: column('label', 'rule of the guard that failed; empty when all held'),
  label: column('label', 'agree, disagree or unsure'),
  label_source: column('label', 'free (a miss was answered anyway) or paid'),
  method: column('label', 'exact, fields, similarity or judge'),
  sampling_p: column('float', 'probability with which it was chosen'),
  entry_age_s: column('u32', 'age of the entry', 's'),
  cost_usd: column('money?', 'cost of the check', 'USD'),
  action: column('label', 'what followed: none, evict, raise or fall_back'),
} as const satisfies Columns

export type CacheAuditRow = RowOf<typeof cacheAuditColumns>
