import { attemptsSql, requestsSql } from '../../bench/warehouse-rows.ts'
import type { Door } from '../../ingest/door.ts'
import { insertRows } from '../ledger-rows.ts'

/** Traffic of a day up to `to`, with names that hurt, and some rows in every other table. */
export async function insertTraffic(engine: Door, to: Date, rows: number): Promise<void> {
  const { columns, select } = requestsSql({ rows, days: 1, customers: 40 })
  const shift = `toDateTime64('${to.toISOString().slice(0, 19)}', 3, 'UTC') - toIntervalDay(1) - toIntervalMillisecond(dateDiff('millisecond', toDateTime64('2026-09-28 00:00:00', 3, 'UTC'), ts) * -1)`
  const names = columns.map((name) => {
    if (name === 'ts') return `${shift} AS ts`
    if (name === 'customer')
      return `multiIf(seq % 7 = 0, 'o''brien', seq % 11 = 0, 'a\\\\b', customer) AS customer`
    return name
  })
  await engine.run(
    `INSERT INTO sidelight.requests (${columns.join(', ')}, ingested_at) SELECT ${names.join(', ')}, ts + toIntervalSecond(3) FROM (${select})`,
  )
  const calls = attemptsSql('sidelight')
  await engine.run(`INSERT INTO sidelight.attempts (${calls.columns.join(', ')}) ${calls.select}`)
  await engine.run(`INSERT INTO sidelight.attempts (ts, request_id, attempt, provider, model, outcome, http_status)
    SELECT ts, request_id, 9, provider, model, ['slow', 'rate_limit', 'money', 'request'][1 + seq % 4] AS outcome, if(outcome = 'rate_limit', 429, 0)
    FROM sidelight.requests WHERE seq % 8 < 4`)
  await insertOthers(engine, to)
}

async function insertOthers(engine: Door, to: Date): Promise<void> {
  const picked = (share: number) => `FROM sidelight.requests WHERE role = 'primary' AND seq % ${share} = 0`
  await engine.run(`INSERT INTO sidelight.scores (ts, request_id, scorer, scorer_version, version, origin, app, customer, route, candidate, policy_version, score, cost_usd, duration_ms)
    SELECT ts, request_id, 'judge', 'v1', 1, 'live', app, customer, route, candidate_served, policy_version, (seq % 100) / 100, cost_usd, duration_ms ${picked(5)}`)
  await engine.run(`INSERT INTO sidelight.feedback (ts, request_id, name, value, app, customer)
    SELECT ts, request_id, 'thumbs', seq % 2, app, customer ${picked(6)}`)
  await engine.run(`INSERT INTO sidelight.cache_audits (ts, request_id, app, customer, route, tier, score, label, cost_usd)
    SELECT ts, request_id, app, customer, route, 'lexical', 0.9 + (seq % 10) / 100, if(seq % 9 = 0, 'disagree', 'agree'), 0.001 ${picked(4)}`)
  const at = (minutesAgo: number) => to.getTime() - minutesAgo * 60_000
  await insertRows(engine, 'budgets', [
    { updated_at: at(900), scope: 'app', key: 'support', period: 'month', limit_usd: '5' },
    { updated_at: at(900), scope: 'team', key: 'nobody', period: 'month', limit_usd: '7' },
  ])
  await insertRows(engine, 'routing_policies', [
    {
      ts: at(3000),
      route: 'support',
      version: 1,
      action: 'publish',
      actor: 'ann',
      weights: { cheap: 0.5, strong: 0.5 },
    },
    {
      ts: at(100),
      route: 'support',
      version: 2,
      action: 'publish',
      actor: 'evals',
      weights: { cheap: 0.8, strong: 0.2 },
    },
  ])
  await insertRows(engine, 'eval_runs', [
    {
      ts: at(90),
      run_id: 'r1',
      kind: 'run',
      stage: 'publish',
      route: 'support',
      status: 'ok',
      applied: true,
      policy_version: 2,
      spend_usd: '0.2',
    },
    { ts: at(20), run_id: 'r2', kind: 'run', stage: 'score', status: 'failed', exit_code: 1 },
  ])
  await insertRows(engine, 'audit_log', [
    { ts: at(50), actor: 'ann', action: 'policy_change', subject: 'support' },
  ])
  await insertRows(engine, 'self_audit', [
    {
      ts: at(10),
      day: to.toISOString().slice(0, 10),
      of_table: 'requests',
      sidecar_id: 'pod-0',
      boot: 1,
      seen: 100,
      spooled: 98,
      lost: 2,
      losses: { disk_full: 2 },
    },
  ])
  await engine.run(`INSERT INTO sidelight.requests (ts, request_id, role, pair_id, route, provider, model, cost_usd, quality, pii_counts, pii_action, status, guard_verdict)
    SELECT ts, generateUUIDv7(), 'shadow', toString(request_id), route, 'openai', 'gpt-5', 0.002, 0.5, map(), 'none', 'ok', '' ${picked(50)}`)
  await engine.run(`INSERT INTO sidelight.requests (ts, request_id, role, app, customer, route, quality, pii_counts, pii_action, status, guard_verdict, cost_usd)
    SELECT ts, generateUUIDv7(), 'primary', app, customer, route, 0.9, map('EMAIL', 2, 'IBAN', 1), if(intDiv(seq, 60) % 2 = 0, 'mask', 'block'), if(intDiv(seq, 60) % 2 = 0, 'ok', 'blocked'), 'block', 0 ${picked(60)}`)
}
