import { ago, type Rule } from './rule.ts'

const day = 24 * 60

const falseHits: Rule = {
  uid: 'sidelight-cache-false-hit',
  title: 'The cache answers wrongly',
  severity: 'warning',
  fires: { above: 0.02 },
  lasting: '30m',
  summary: 'Of checked hits of {{ .Labels.route }}, a share of {{ .Values.A }} is wrong',
  todo: 'Raise the similarity the route asks for, or switch its semantic tier off.',
  panel: 'cache-false-hits',
  sql: `SELECT route, toFloat64(countIf(label = 'disagree') / count()) AS share FROM sidelight.cache_audits
WHERE ts >= ${ago(day)} AND label IN ('agree', 'disagree') AND tier != 'exact' AND score >= tau GROUP BY route HAVING count() >= 30 ORDER BY route`,
}

/** Welch: the difference of two means over its error. Where nothing varies, a millionth stands for the error. */
const qualityDrop: Rule = {
  uid: 'sidelight-quality-drop',
  title: 'Quality of a route fell',
  severity: 'warning',
  fires: { above: 3 },
  lasting: '30m',
  summary: 'Scores of {{ .Labels.route }} by {{ .Labels.scorer }} fell: z is {{ .Values.A }}',
  todo: 'See whether a policy, a prompt or a model changed, and revert what did.',
  panel: 'quality-trend',
  sql: `SELECT route, scorer, toFloat64((avgIf(points, NOT is_new) - avgIf(points, is_new))
  / greatest(1e-6, sqrt(varSampIf(points, is_new) / countIf(is_new) + varSampIf(points, NOT is_new) / countIf(NOT is_new)))) AS z
FROM (SELECT route, scorer, assumeNotNull(score) AS points, ts >= ${ago(day)} AS is_new FROM sidelight.scores FINAL
  WHERE ts >= ${ago(8 * day)} AND score IS NOT NULL AND origin = 'live')
GROUP BY route, scorer HAVING countIf(is_new) >= 30 AND countIf(NOT is_new) >= 30 ORDER BY route, scorer`,
}

const evalFailed: Rule = {
  uid: 'sidelight-eval-failed',
  title: 'The last run of the evals failed',
  severity: 'warning',
  fires: { above: 0 },
  lasting: '0s',
  summary: 'Of the last {{ .Labels.kind }} of the evals, {{ .Values.A }} stages failed',
  todo: 'Weights stay as they are until a run succeeds. The reason stands beside the stage.',
  panel: 'quality-runs',
  sql: `SELECT kind, toFloat64(countIf(status = 'failed')) AS stages FROM sidelight.eval_runs
WHERE ts >= ${ago(7 * day)} AND (kind, run_id) GLOBAL IN (
  SELECT kind, argMax(run_id, (ts, run_id)) FROM sidelight.eval_runs WHERE ts >= ${ago(7 * day)} AND kind IN ('run', 'watch') GROUP BY kind)
GROUP BY kind ORDER BY kind`,
}

export const answers: readonly Rule[] = [falseHits, qualityDrop, evalFailed]
