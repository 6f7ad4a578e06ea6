import type { Engine } from '../testing/engine.ts'
import type { Figure } from './figure.ts'

const group = 'query'
const hits = "cache IN ('exact', 'lexical', 'semantic', 'stale')"

/** A panel over the rows, and the same over their sums. */
const panels: readonly (readonly [name: string, least: number, raw: string, rolled: string])[] = [
  [
    'error rate by hour',
    50,
    "SELECT toStartOfHour(ts) AS hour, countIf(status = 'error') / count() FROM sidelight.requests WHERE role = 'primary' GROUP BY hour",
    'SELECT hour, sum(errors) / sum(requests) FROM sidelight.latency_1h GROUP BY hour',
  ],
  [
    'cache hit rate by hour',
    50,
    `SELECT toStartOfHour(ts) AS hour, countIf(${hits}) / countIf(cache != 'off') FROM sidelight.requests WHERE role = 'primary' GROUP BY hour`,
    'SELECT hour, sum(cache_hits) / sum(cache_asked) FROM sidelight.latency_1h GROUP BY hour',
  ],
  [
    'top prompts by cost',
    50,
    `SELECT app, prompt_name, prompt_version, sum(cost_usd) AS usd, sum(output_tokens) FROM sidelight.requests WHERE role = 'primary'
     GROUP BY app, prompt_name, prompt_version ORDER BY usd DESC LIMIT 20`,
    `SELECT app, prompt_name, prompt_version, sum(cost_usd) AS usd, sum(output_tokens) FROM sidelight.prompt_daily
     GROUP BY app, prompt_name, prompt_version ORDER BY usd DESC LIMIT 20`,
  ],
  [
    'cost by customer and day',
    8,
    'SELECT customer, toDate(ts) AS day, sum(cost_usd) AS usd FROM sidelight.requests GROUP BY customer, day ORDER BY usd DESC LIMIT 100',
    'SELECT customer, day, sum(cost_usd) AS usd FROM sidelight.usage_daily GROUP BY customer, day ORDER BY usd DESC LIMIT 100',
  ],
  [
    'quantiles by model',
    2,
    "SELECT model, quantilesTDigest(0.5, 0.95, 0.99)(duration_ms) FROM sidelight.requests WHERE role = 'primary' GROUP BY model",
    'SELECT model, quantilesTDigestMerge(0.5, 0.95, 0.99)(duration_digest) FROM sidelight.latency_1h GROUP BY model',
  ],
]

const tries = 7

export async function queryFigures(engine: Engine): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [name, least, raw, rolled] of panels) {
    const [slow, fast] = await timesOf(engine, raw, rolled)
    const values = slow.map((value, round) => value / (fast[round] ?? Number.NaN))
    figures.push({ group, name: `${name}: rows over sums`, unit: '×', goal: { least }, values })
    figures.push({ group, name: `${name}: from sums`, unit: 'ms', values: fast })
  }
  return [...(await customerFigures(engine)), ...figures, await accuracy(engine)]
}

async function customerFigures(engine: Engine): Promise<Figure[]> {
  const [median] = await engine.rows<{ customer: string }>(
    'SELECT customer FROM sidelight.usage_daily GROUP BY customer ORDER BY sum(requests) DESC LIMIT 1 OFFSET 50',
  )
  const byDay = (where: string) =>
    `SELECT toDate(ts) AS day, sum(cost_usd), count() FROM sidelight.requests ${where} GROUP BY day ORDER BY day`
  const [whole, one] = await timesOf(engine, byDay(''), byDay(`WHERE customer = '${median?.customer}'`))
  const share = one.map((value, round) => value / (whole[round] ?? Number.NaN))
  return [
    {
      group,
      name: 'cost of one customer by day: over a full scan',
      unit: '×',
      goal: { most: 0.1 },
      values: share,
    },
    { group, name: 'cost of one customer by day, from rows', unit: 'ms', values: one },
  ]
}

/** Turn by turn, so that what else the machine does falls on both. */
async function timesOf(engine: Engine, first: string, second: string): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []]
  for (let round = -1; round < tries; round++) {
    const one = await engine.measure(first)
    const other = await engine.measure(second)
    if (round < 0) continue
    times[0].push(one.elapsedMs)
    times[1].push(other.elapsedMs)
  }
  return times
}

async function accuracy(engine: Engine): Promise<Figure> {
  const rows = await engine.rows<{ exact: number[]; sketched: number[] }>(`
    SELECT exact, sketched FROM
      (SELECT model, quantilesExact(0.5, 0.95, 0.99)(duration_ms) AS exact FROM sidelight.requests WHERE role = 'primary' GROUP BY model) AS a
    INNER JOIN
      (SELECT model, quantilesTDigestMerge(0.5, 0.95, 0.99)(duration_digest) AS sketched FROM sidelight.latency_1h GROUP BY model) AS b
    USING (model)`)
  const off = rows.flatMap(({ exact, sketched }) =>
    exact.map((value, index) => Math.abs((sketched[index] ?? 0) / value - 1) * 100),
  )
  return {
    group,
    name: 'quantiles from digests: furthest from exact',
    unit: '%',
    goal: { most: 1 },
    values: [Math.max(...off)],
  }
}
