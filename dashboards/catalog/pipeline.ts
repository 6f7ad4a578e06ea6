import { series, stat, table } from './drafts.ts'
import { gapsSql } from './gaps.ts'
import { board } from './panel.ts'
import { latestRange, latestStart, pricedIn, requestFilters } from './scope.ts'

const filters = requestFilters
const whole = { filters: [] }
const trust = { answers: ['Can the numbers be trusted?'] }
const lag = "greatest(0, dateDiff('millisecond', ts, ingested_at) - duration_ms)"

const lost = stat({
  ...trust,
  ...whole,
  id: 'pipeline-lost',
  title: 'Records lost',
  description:
    'Gaps: numbers that a sidecar gave to records and that never came. Reported: what sidecars say of their own losses, a full disk for example.',
  answers: ['Are records missing?'],
  unit: 'count',
  empty: 'zero',
  columns: { gaps: { label: 'gaps', unit: 'count' }, reported: { label: 'reported', unit: 'count' } },
  sql: (
    d,
  ) => `SELECT (SELECT ifNull(sum(missing), 0) FROM (${gapsSql({ since: d.from, until: d.to })})) AS gaps,
  (SELECT sum(lost) FROM sidelight.self_audit WHERE ${d.range('ts')}) AS reported`,
})

const duplicates = stat({
  ...trust,
  ...whole,
  id: 'pipeline-duplicates',
  title: 'Duplicates',
  description: `Records that stand in the warehouse more than once; there should be none. ${latestRange}`,
  unit: 'count',
  empty: 'zero',
  sql: (d) =>
    `SELECT count() - uniqExact(request_id) AS duplicates FROM sidelight.requests WHERE ${d.range('ts')} AND ts >= ${latestStart(d)}`,
})

const ingestLag = series({
  ...trust,
  ...whole,
  id: 'pipeline-lag',
  title: 'Time to the warehouse',
  description: 'From the end of a request to its row.',
  unit: 'ms',
  empty: 'gap',
  sql: (d) => `SELECT time, q[1] AS p50, q[2] AS p99 FROM (
  SELECT ${d.bucket('ts')} AS time, quantilesTDigest(0.5, 0.99)(${lag}) AS q FROM sidelight.requests WHERE ${d.range('ts')} GROUP BY time)
ORDER BY time`,
})

const freshness = table({
  ...trust,
  ...whole,
  id: 'pipeline-freshness',
  title: 'Sidecars',
  description: 'When each was last heard of, before the end of the range.',
  answers: ['Are records missing?'],
  columns: {
    sidecar_id: { label: 'Sidecar' },
    last_seen: { label: 'Last record', unit: 'time' },
    age_s: { label: 'Ago', unit: 'seconds' },
    n: { label: 'Records', unit: 'count' },
  },
  sql: (
    d,
  ) => `SELECT sidecar_id, max(ts) AS last_seen, dateDiff('second', max(ts), ${d.to}) AS age_s, count() AS n, uniqExact(boot) AS boots
FROM sidelight.requests WHERE ${d.range('ts')} GROUP BY sidecar_id ORDER BY last_seen DESC, sidecar_id LIMIT 200`,
})

const rate = series({
  ...trust,
  ...whole,
  id: 'pipeline-rate',
  title: 'Rows per second',
  description: 'Rows of `requests`, by when they arrived in the warehouse.',
  unit: 'per_second',
  empty: 'zero',
  sql: (d) =>
    `SELECT ${d.bucket('ingested_at')} AS time, count() / ${d.bucketSeconds} AS per_second FROM sidelight.requests WHERE ${d.range('ingested_at')} GROUP BY time ORDER BY time`,
})

const sizes = table({
  ...trust,
  ...whole,
  id: 'pipeline-sizes',
  title: 'Tables',
  description: 'What each holds now, compressed.',
  answers: ['How large is the warehouse?'],
  columns: {
    held_rows: { label: 'Rows', unit: 'count' },
    on_disk: { label: 'On disk', unit: 'bytes' },
  },
  sql: () =>
    "SELECT name AS held_in, toUInt64(ifNull(total_rows, 0)) AS held_rows, toUInt64(ifNull(total_bytes, 0)) AS on_disk FROM system.tables WHERE database = 'sidelight' AND total_bytes > 0 ORDER BY on_disk DESC, held_in LIMIT 50",
})

const shares = series({
  ...trust,
  id: 'pipeline-shares',
  title: 'Without price, and estimated use',
  description: 'Shares of requests whose cost is unknown, and whose use the provider did not state.',
  unit: 'share',
  empty: 'gap',
  filters,
  sql: (d) => `SELECT ${d.bucket('ts')} AS time, countIf(cost_usd IS NULL) / count() AS without_price,
  countIf(usage_source IN ('counted', 'estimated')) / count() AS estimated_use ${pricedIn(d)} GROUP BY time ORDER BY time`,
})

export const pipeline = board(
  { uid: 'sidelight-pipeline', title: 'Pipeline health', question: 'Can these numbers be trusted?' },
  {
    'Can these numbers be trusted?': [lost, duplicates, shares],
    'Do records arrive?': [ingestLag, rate, freshness, sizes],
  },
)
