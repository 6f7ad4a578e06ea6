import { feedbackProblem } from '../feedback.ts'
import { ARRIVED, at, DRAWN, dayMs, OWN } from './population.ts'
import type { SampledRow } from './sample.ts'
import { newTally, type ScoringTally } from './score-live.ts'
import { liveScoreRow } from './score-rows.ts'
import type { EvalStore } from './store.ts'
import type { TimeWindow } from './window.ts'

const rowsMost = 20_000
const ratesDays = 7

/** The last thing that was said of a request counts. */
const rowsQuery = `
SELECT toFloat64(toUnixTimestamp64Milli(r.ts)) AS ts_ms, toString(r.request_id) AS request_id, toString(r.app) AS app,
  toString(r.customer) AS customer, toString(r.segment) AS segment, toString(r.candidate_assigned) AS candidate,
  r.policy_version AS policy_version, toString(r.policy_role) AS policy_role, toString(r.unit_hash) AS unit_hash,
  r.propensity AS propensity, if(r.cost_usd IS NULL, NULL, toString(r.cost_usd)) AS cost_usd, r.duration_ms AS duration_ms,
  r.first_token_ms AS first_token_ms, toString(r.finish_reason) AS finish_reason, r.output_tokens AS output_tokens,
  toFloat64(1) AS inclusion, f.value AS value
FROM (SELECT * FROM {database:Identifier}.requests WHERE ${DRAWN} AND ${OWN} AND ${ARRIVED}) AS r
INNER JOIN (SELECT request_id, argMax(value, ts) AS value FROM {database:Identifier}.feedback
  WHERE name = {name:String} AND ts > ${at('from')} - INTERVAL 7 DAY GROUP BY request_id) AS f ON f.request_id = r.request_id
ORDER BY cityHash64(request_id), request_id
LIMIT ${rowsMost}`

const ratesQuery = `
SELECT toString(candidate_assigned) AS candidate, toFloat64(count()) AS trials,
  toFloat64(countIf(request_id IN (SELECT request_id FROM {database:Identifier}.feedback WHERE name = {name:String} AND ts >= ${at('from')}))) AS successes
FROM {database:Identifier}.requests
WHERE ${DRAWN} AND ${OWN} AND ts > ${at('from')} AND ts <= ${at('to')}
GROUP BY candidate ORDER BY candidate`

/** What users say, as scores; and why it may not move weights, if it may not. */
export async function scoreFeedback(
  store: EvalStore,
  of: {
    readonly route: string
    readonly name: string
    readonly runId: string
    readonly nowMs: number
    readonly window: TimeWindow
  },
): Promise<ScoringTally> {
  const { route, name, window } = of
  const found = await store.rows<SampledRow & { readonly value: number }>(rowsQuery, {
    route,
    name,
    from: window.fromMs,
    to: window.toMs,
  })
  const rows = found.map(({ value, ...row }) =>
    liveScoreRow(row, { scorer: name, version: '1', score: value, reason: '', origin: 'feedback' }, of),
  )
  await store.insert('scores', rows)
  const rates = await store.rows<{ candidate: string; trials: number; successes: number }>(ratesQuery, {
    route,
    name,
    from: window.toMs - ratesDays * dayMs,
    to: window.toMs,
  })
  const labelled = Object.fromEntries(rates.map(({ candidate, ...share }) => [candidate, share]))
  return { ...newTally(), asked: rows.length, scored: rows.length, problem: feedbackProblem(labelled) }
}
