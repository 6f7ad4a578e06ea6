import { type Columns, column, type RowOf } from '../column.ts'

/**
 * One row per request (or item of a golden set), scorer and version of the scorer; scoring again replaces it. What
 * the tuner needs of the request is repeated here, so that it reads one table.
 */
export const scoreColumns = {
  ts: column('time', 'when the request arrived; when the run began for golden items'),
  request_id: column('uuid', 'the request; zeros for golden items'),
  item: column('text', 'id of the golden item, empty for requests'),
  scorer: column('label', 'exact, judge, thumbs …'),
  scorer_version: column('label', 'of a judge: its model and the hash of its rubric'),
  version: column('u64', 'time of scoring in milliseconds: the latest row of a key holds'),
  origin: column('label', 'live, shadow, golden, golden_holdout or feedback'),
  pair_id: column('text', 'joins the scores that were compared with each other'),
  run_id: column('text', 'the run that scored it'),
  app: column('label', 'as in requests'),
  customer: column('label', 'as in requests'),
  route: column('label', 'as in requests'),
  segment: column('label', 'as in requests'),
  candidate: column('label', 'the candidate that was scored'),
  policy_version: column('u32', 'as in requests'),
  policy_role: column('label', 'as in requests'),
  unit_hash: column('hex32', 'as in requests'),
  propensity: column('float', 'probability of the candidate, as in requests'),
  inclusion: column('float', 'probability with which the request was chosen for scoring'),
  score: column('float?', 'from 0 to 1; null when it cannot be scored, never 0'),
  reason: column('label', 'gate that was hit, or why there is no score'),
  cost_usd: column('money?', 'cost of the request', 'USD'),
  judge_cost_usd: column('money?', 'cost of scoring it', 'USD'),
  duration_ms: column('ms', 'as in requests', 'ms'),
  first_token_ms: column('ms?', 'as in requests', 'ms'),
} as const satisfies Columns

export type ScoreRow = RowOf<typeof scoreColumns>
