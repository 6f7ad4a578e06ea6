import { type Columns, column, type RowOf } from '../column.ts'

/** One row for each stage of each run of the evals, drills included: nothing runs in silence. */
export const evalRunColumns = {
  ts: column('time', 'when the stage began'),
  run_id: column('text', 'joins the stages of a run'),
  kind: column('label', 'run, watch, drill or simulate'),
  stage: column('label', 'load, integrity, collect, score, estimate, optimise, validate, publish …'),
  route: column('label', 'empty for stages of the whole run'),
  status: column('label', 'ok, held, failed or skipped'),
  exit_code: column('u8', 'as the command would end'),
  asked: column('u32', 'rows that were to be scored or checked'),
  scored: column('u32', 'of these, done'),
  failed: column('u32', 'of these, failed'),
  skipped: column('u32', 'of these, left out'),
  spend_usd: column('money?', 'what it cost', 'USD'),
  duration_ms: column('ms', 'how long it took', 'ms'),
  applied: column('bool', 'a policy came into force'),
  policy_version: column('u32', 'version it published; 0 for none'),
  reason: column('text', 'why it ended so, in words'),
  figures: column('amount_map', 'numbers behind it, by name'),
} as const satisfies Columns

export type EvalRunRow = RowOf<typeof evalRunColumns>
