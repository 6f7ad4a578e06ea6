import * as v from 'valibot'
import { duration } from './units.ts'

const forever = v.literal('forever')

function kept(fallback: string, description: string) {
  return v.optional(v.pipe(v.union([forever, duration]), v.description(description)), fallback)
}

/** How long the warehouse keeps the rows of each table; whole days, rounded up. Changing it changes what lies there. */
export const retention = v.strictObject({
  requests: kept('90d', 'one row per request'),
  attempts: kept('90d', 'one row per call to a provider'),
  cost_backfills: kept('90d', 'costs that became known later'),
  contents: kept('14d', 'masked text of prompts and answers'),
  feedback: kept('400d', 'what users thought of answers'),
  scores: kept('400d', 'what scorers thought of answers'),
  cache_audits: kept('400d', 'cache hits that were checked'),
  cache_entries: kept('7d', 'answers that sidecars keep for each other'),
  eval_runs: kept('400d', 'runs of the evals'),
  self_audit: kept('400d', 'records made against records stored'),
  audit_log: kept('forever', 'who changed what'),
  usage_hourly: kept('730d', 'sums of use and cost by hour'),
  usage_daily: kept('forever', 'sums of use and cost by day'),
  latency_1m: kept('30d', 'counters by minute'),
  latency_1h: kept('730d', 'times by hour'),
  prompt_daily: kept('730d', 'prompts by day'),
  candidate_1h: kept('730d', 'candidates by hour'),
})
