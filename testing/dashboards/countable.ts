import type { RequestRow } from '../../contract/record.ts'
import type { Engine } from '../engine.ts'
import { idAt, insertRows } from '../ledger-rows.ts'

const day = Date.UTC(2026, 10, 20)
const at = (time: string) => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return day + (hours * 60 + minutes) * 60_000
}

const shop = {
  app: 'shop',
  team: 'red',
  customer: 'ann',
  feature: 'chat',
  route: 'support',
  provider: 'openai',
  model: 'small',
}
const care = {
  app: 'care',
  team: 'blue',
  customer: 'bob',
  feature: 'mail',
  route: 'sales',
  provider: 'anthropic',
  model: 'large',
}
const fallback = { fallback_used: true, attempt_count: 2 }
const nobody = { provider: '', model: '', attempt_count: 0 }

/** Few enough to count by hand: three before noon's six hours, nine within them. */
const rows: readonly (Partial<RequestRow> & { time: string })[] = [
  { time: '01:00', ...shop, cost_usd: '0.2', input_tokens: 1000, output_tokens: 100, duration_ms: 500 },
  { time: '02:00', ...care, cost_usd: '0.4', input_tokens: 1000, output_tokens: 500, duration_ms: 500 },
  {
    time: '03:00',
    ...care,
    customer: 'dan',
    cost_usd: '0.1',
    input_tokens: 500,
    output_tokens: 50,
    duration_ms: 500,
  },
  {
    time: '07:00',
    ...shop,
    ...fallback,
    cost_usd: '0.1',
    baseline_usd: '0.3',
    input_tokens: 1000,
    output_tokens: 100,
    duration_ms: 1000,
  },
  {
    time: '07:30',
    ...shop,
    cache: 'miss',
    cost_usd: '0.2',
    input_tokens: 2000,
    output_tokens: 200,
    duration_ms: 9000,
  },
  {
    time: '08:00',
    ...care,
    route: 'support',
    cost_usd: '0.5',
    input_tokens: 1000,
    output_tokens: 500,
    status: 'error',
    duration_ms: 100,
  },
  {
    time: '09:00',
    ...care,
    ...fallback,
    cost_usd: null,
    input_tokens: 700,
    output_tokens: 70,
    duration_ms: 2000,
  },
  {
    time: '10:00',
    ...shop,
    ...nobody,
    cache: 'exact',
    cost_usd: '0',
    cache_saved_usd: '0.15',
    duration_ms: 3,
  },
  {
    time: '10:30',
    ...shop,
    customer: 'cyd',
    provider: 'other',
    model: 'mystery',
    cost_usd: null,
    status: 'client_abort',
    duration_ms: 50,
  },
  {
    time: '11:00',
    ...shop,
    role: 'shadow',
    status: 'error',
    cost_usd: '0.05',
    input_tokens: 1000,
    output_tokens: 100,
    duration_ms: 700,
  },
  {
    time: '11:30',
    ...care,
    ...nobody,
    cost_usd: '0',
    status: 'blocked',
    pii_counts: { IBAN: 2 },
    pii_action: 'block',
    duration_ms: 1,
  },
  {
    time: '11:45',
    ...shop,
    ...fallback,
    cost_usd: '0.03',
    input_tokens: 200,
    output_tokens: 100,
    status: 'truncated',
    duration_ms: 3000,
  },
  // In October: no part of this month, of its budgets or of the week.
  { time: '-500:00', ...shop, ...fallback, cost_usd: '3', duration_ms: 500 },
]

export async function insertCountable(engine: Engine): Promise<void> {
  const requests = rows.map(({ time, ...row }, index) => ({
    role: 'primary',
    status: 'ok',
    cache: 'off',
    attempt_count: 1,
    sidecar_id: 'pod',
    boot: 1,
    env: 'production',
    ...row,
    ts: at(time),
    request_id: idAt(at(time), index),
    // The fifth never came.
    seq: index < 4 ? index + 1 : index + 2,
    ingested_at: at(time) + Number(row.duration_ms) + 2000,
  }))
  await insertRows(engine, 'requests', requests)
  const outcomes = ['answered', 'answered', 'answered', 'outage', 'slow', 'aborted', 'money']
  const attempts = outcomes.map((outcome, index) => ({
    ts: at('07:00'),
    request_id: idAt(at('07:00'), 3),
    attempt: index + 1,
    provider: 'openai',
    model: 'small',
    outcome,
  }))
  await insertRows(engine, 'attempts', attempts)
  await insertRows(engine, 'budgets', [
    { updated_at: day, scope: 'app', key: 'shop', period: 'month', limit_usd: '99' },
    { updated_at: day + 1, scope: 'app', key: 'shop', period: 'month', limit_usd: '10' },
    { updated_at: day, scope: 'team', key: 'blue', period: 'month', limit_usd: '0.6' },
    { updated_at: day, scope: 'customer', key: 'zed', period: 'month', limit_usd: '5' },
    { updated_at: day, scope: 'customer', key: 'bob', period: 'day', limit_usd: '1' },
    { updated_at: day, scope: 'key', key: 'gone', period: 'month', limit_usd: '3' },
    { updated_at: day + 1, scope: 'key', key: 'gone', period: 'month', limit_usd: '0' },
  ])
  const audits = [
    ['agree', 0.9],
    ['disagree', 0.9],
    ['agree', 0.9],
    ['unsure', 0.9],
    ['agree', 0.97],
  ] as const
  await insertRows(
    engine,
    'cache_audits',
    audits.map(([label, score], index) => ({
      ts: at('08:00'),
      request_id: idAt(at('08:00'), index),
      tier: 'lexical',
      label,
      score,
      cost_usd: '0.01',
    })),
  )
  const scores = [1, 0.5, null].map((score, index) => ({
    ts: at('07:00'),
    request_id: idAt(at('07:00'), index),
    scorer: 'judge',
    scorer_version: '1',
    version: 1,
    origin: 'live',
    route: 'support',
    candidate: 'cheap',
    score,
  }))
  await insertRows(engine, 'scores', scores)
  // Scored again: until a merge both rows are there.
  await insertRows(engine, 'scores', [{ ...scores[1], version: 2, score: 0.7 }])
}

export const countableRange = { from: new Date(at('06:00')), to: new Date(at('12:00')), stepSeconds: 3600 }
