import { PRIMARY } from '../../contract/fragments.ts'
import { columns, looks } from './columns.ts'
import { bars, series, table } from './drafts.ts'
import { board } from './panel.ts'
import { requestFilters, requestsIn, scoreFilters, scoresIn } from './scope.ts'

const scored = { filters: scoreFilters }
const known = 'score IS NOT NULL'

const trend = series({
  ...scored,
  id: 'quality-trend',
  by: 'scorer_of',
  title: 'Score by route',
  description: 'Mean score from 0 to 1, by route and scorer. What cannot be scored has no score, never 0.',
  answers: ['Is quality holding?', 'Did quality hold after a switch?'],
  unit: 'score',
  empty: 'gap',
  sql: (
    d,
  ) => `SELECT ${d.bucket('ts')} AS time, concat(toString(route), ': ', toString(scorer)) AS scorer_of, avg(score) AS mean_score
${scoresIn(d)} AND ${known} GROUP BY time, scorer_of ORDER BY time, scorer_of`,
})

const byModel = series({
  ...scored,
  id: 'quality-by-candidate',
  by: 'candidate',
  title: 'Score by candidate',
  description: 'Mean score of all scorers.',
  answers: ['Is quality holding?', 'Did quality hold after a switch?'],
  unit: 'score',
  empty: 'gap',
  sql: (d) =>
    `SELECT ${d.bucket('ts')} AS time, candidate, avg(score) AS mean_score ${scoresIn(d)} AND ${known} AND candidate != '' GROUP BY time, candidate ORDER BY time, candidate`,
})

/** Scores and thumbs may come days after the request, so only the request has to lie in the range. */
const prompts = table({
  id: 'quality-prompts',
  title: 'Prompt versions',
  description: 'Mean score with its 95 % interval, and thumbs that point down, of requests in the range.',
  answers: ['Is quality holding?', 'Which prompt version is better?'],
  filters: requestFilters,
  columns: columns(['n'], {
    prompt: { label: 'Prompt' },
    release: { label: 'Version' },
    mean_score: { label: 'Score', unit: 'score' },
    score_ci95: { label: '±', unit: 'score' },
    scored: { label: 'Scored', unit: 'count' },
    thumbs: { label: 'Thumbs', unit: 'count' },
    down_share: { label: 'Down', unit: 'share' },
  }),
  sql: (
    d,
  ) => `SELECT r.prompt_name AS prompt, r.prompt_version AS release, count() AS n, avg(s.mean_one) AS mean_score,
  1.96 * stddevSamp(s.mean_one) / sqrt(scored) AS score_ci95, countIf(s.mean_one IS NOT NULL) AS scored,
  sum(f.given) AS thumbs, sum(f.down) / nullIf(thumbs, 0) AS down_share
FROM (SELECT request_id, prompt_name, prompt_version ${requestsIn(d)} AND ${PRIMARY} AND prompt_name != '') AS r
GLOBAL LEFT JOIN (SELECT request_id, toNullable(avg(score)) AS mean_one FROM sidelight.scores FINAL WHERE ${d.range('ts')} AND ${known} GROUP BY request_id) AS s ON s.request_id = r.request_id
GLOBAL LEFT JOIN (SELECT request_id, count() AS given, countIf(value < 0.5) AS down FROM sidelight.feedback WHERE ts >= ${d.from} AND name = 'thumbs' GROUP BY request_id) AS f ON f.request_id = r.request_id
GROUP BY prompt, release ORDER BY n DESC, prompt, release LIMIT 50`,
})

const scorers = table({
  ...scored,
  id: 'quality-scorers',
  title: 'Scorers',
  description: 'What each says, its lowest tenth, and what scoring cost.',
  answers: ['Is quality holding?'],
  columns: columns(['route'], {
    scorer: { label: 'Scorer' },
    scored: { label: 'Scored', unit: 'count' },
    unscored: { label: 'No score', unit: 'count' },
    mean_score: { label: 'Mean', unit: 'score' },
    p10: { label: 'p10', unit: 'score' },
    judge_cost: { label: 'Cost', unit: 'usd' },
  }),
  sql: (
    d,
  ) => `SELECT scorer, scorer_version, route, count(score) AS scored, countIf(score IS NULL) AS unscored, avg(score) AS mean_score,
  if(count(score) = 0, NULL, quantileTDigestIf(0.1)(ifNull(score, 0), score IS NOT NULL)) AS p10, toFloat64(sum(judge_cost_usd)) AS judge_cost
${scoresIn(d)} GROUP BY scorer, scorer_version, route ORDER BY scored DESC, scorer, scorer_version, route LIMIT 50`,
})

const histogram = bars({
  ...scored,
  id: 'quality-histogram',
  title: 'Scores',
  description: 'How many requests got which score, in steps of 0.1.',
  answers: ['Is quality holding?'],
  viz: 'histogram',
  unit: 'count',
  columns: { from_score: { label: 'From' }, scored: { label: 'Scored', unit: 'count' } },
  sql: (d) =>
    `SELECT toString(least(9, intDiv(toUInt32(round(score * 1000)), 100)) / 10) AS from_score, count() AS scored ${scoresIn(d)} AND ${known} GROUP BY from_score ORDER BY from_score`,
})

const runs = table({
  id: 'quality-runs',
  title: 'Runs of the evals',
  description: 'Every stage, and whether a policy came into force.',
  answers: ['Did the evals run, and was the result applied?'],
  filters: ['route'],
  columns: columns(['ts', 'duration_ms'], {
    kind: { label: 'Kind' },
    stage: { label: 'Stage' },
    status: { label: 'Status' },
    applied: { label: 'Applied' },
    spent: { label: 'Spend', unit: 'usd' },
  }),
  sql: (
    d,
  ) => `SELECT ts, run_id, kind, stage, route, status, applied, policy_version, asked, scored, failed, toFloat64(spend_usd) AS spent, duration_ms, reason
FROM sidelight.eval_runs WHERE ${d.range('ts')} AND (route = '' OR ${d.among('route')}) ORDER BY ts DESC, run_id, stage, route LIMIT 200`,
})

const lowest = table({
  ...scored,
  id: 'quality-lowest',
  title: 'Lowest scores',
  description: 'Where to look first.',
  answers: ['Is quality holding?', 'Which requests are behind a number?'],
  columns: columns(['ts', 'route'], {
    request: looks.request_id,
    candidate: { label: 'Candidate' },
    score: { label: 'Score', unit: 'score' },
  }),
  sql: (d) => `SELECT ts, toString(request_id) AS request, route, candidate, scorer, score, reason
${scoresIn(d)} AND ${known} AND item = '' ORDER BY score, ts DESC, request_id, scorer LIMIT 50`,
})

export const quality = board(
  {
    uid: 'sidelight-quality',
    title: 'Quality and evals',
    question: 'Is quality holding per route, model and prompt version?',
  },
  {
    'Is quality holding?': [trend, byModel, prompts],
    Scores: [scorers, histogram, lowest],
    Evals: [runs],
  },
)
