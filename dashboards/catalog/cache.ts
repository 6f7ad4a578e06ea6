import { CACHE_ASKED, COUNTED, HIT, PRIMARY } from '../../contract/fragments.ts'
import { columns } from './columns.ts'
import { series, stat, table } from './drafts.ts'
import { board } from './panel.ts'
import { auditsIn, requestFilters, requestsIn, scoreFilters } from './scope.ts'

const filters = requestFilters

const rate = series({
  id: 'cache-rate',
  title: 'Hit rate by kind',
  description: 'Of the requests that were looked for in the cache.',
  answers: ['Does the cache save money?'],
  unit: 'share',
  empty: 'gap',
  stacked: true,
  filters,
  sql: (
    d,
  ) => `SELECT ${d.bucket('ts')} AS time, countIf(cache = 'exact') / count() AS exact, countIf(cache = 'lexical') / count() AS lexical,
  countIf(cache = 'semantic') / count() AS semantic, countIf(cache = 'stale') / count() AS stale
${requestsIn(d)} AND ${PRIMARY} AND ${CACHE_ASKED} GROUP BY time ORDER BY time`,
})

/** Audits know no feature, team or model: they count as a whole for what they do know. */
const saved = stat({
  id: 'cache-saved',
  title: 'Saved',
  description: 'Cost that hits avoided, what checking them cost, and the difference.',
  answers: ['Does the cache save money?'],
  unit: 'usd',
  filters: scoreFilters,
  columns: {
    avoided: { label: 'avoided', unit: 'usd' },
    audit_cost: { label: 'audits', unit: 'usd' },
    net: { label: 'net', unit: 'usd' },
  },
  sql: (d) => `SELECT any(h.avoided) AS avoided, any(a.audits) AS audit_cost, avoided - audit_cost AS net FROM
(SELECT if(countIf(${HIT}) > 0 AND count(cache_saved_usd) = 0, NULL, toFloat64(ifNull(sum(cache_saved_usd), 0))) AS avoided
  FROM sidelight.requests WHERE ${d.range('ts')} AND ${scoreFilters.map((name) => d.among(name)).join(' AND ')} AND ${PRIMARY}) AS h
CROSS JOIN (SELECT toFloat64(ifNull(sum(cost_usd), 0)) AS audits ${auditsIn(d)}) AS a`,
})

/** Bands on whole numbers: 0.9 as a float lies below 0.9. Unsure verdicts count in neither part. */
const falseHits = table({
  id: 'cache-false-hits',
  title: 'Wrong hits by similarity',
  description:
    'Hits whose answer a fresh one contradicts, of those that were checked, by bands of two percent; upper95 is the upper end of the Wilson interval.',
  answers: ['Are answers from the cache wrong?'],
  filters: scoreFilters,
  columns: {
    band_pct: { label: 'From %' },
    kind: { label: 'Kind' },
    audited: { label: 'Checked', unit: 'count' },
    wrong: { label: 'Wrong', unit: 'count' },
    rate: { label: 'Wrong', unit: 'share' },
    upper95: { label: 'At most', unit: 'share' },
  },
  sql: (
    d,
  ) => `SELECT intDiv(toUInt32(round(score * 1000)), 20) * 2 AS band_pct, tier AS kind, count() AS audited, countIf(label = 'disagree') AS wrong,
  wrong / audited AS rate,
  (rate + 1.9208 / audited + 1.96 * sqrt(rate * (1 - rate) / audited + 0.9604 / (audited * audited))) / (1 + 3.8416 / audited) AS upper95
${auditsIn(d)} AND label IN ('agree', 'disagree') GROUP BY band_pct, kind ORDER BY kind, band_pct LIMIT 200`,
})

const routes = table({
  id: 'cache-routes',
  title: 'Routes',
  description: 'Hit rate, and how long hits and misses took.',
  answers: ['Does the cache save money?'],
  filters,
  columns: columns(['route', 'n'], {
    hit_rate: { label: 'Hit rate', unit: 'share' },
    saved: { label: 'Saved', unit: 'usd' },
    hit_p95_ms: { label: 'Hit p95', unit: 'ms' },
    miss_p95_ms: { label: 'Miss p95', unit: 'ms' },
  }),
  sql: (
    d,
  ) => `SELECT route, count() AS n, countIf(${HIT}) / n AS hit_rate, toFloat64(sum(cache_saved_usd)) AS saved,
  if(countIf(${HIT}) = 0, NULL, quantileTDigestIf(0.95)(duration_ms, ${HIT})) AS hit_p95_ms,
  if(countIf(cache = 'miss') = 0, NULL, quantileTDigestIf(0.95)(duration_ms, cache = 'miss')) AS miss_p95_ms
${requestsIn(d)} AND ${PRIMARY} AND ${COUNTED} AND ${CACHE_ASKED} GROUP BY route ORDER BY n DESC, route LIMIT 50`,
})

export const cache = board(
  {
    uid: 'sidelight-cache',
    title: 'Cache',
    question: 'Does the cache save money without wrong answers?',
  },
  {
    'Does it save money without wrong answers?': [saved, rate],
    'By route and similarity': [routes, falseHits],
  },
)
