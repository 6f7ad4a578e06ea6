import type { ColumnLook } from './panel.ts'

/** Columns of tables that look the same wherever they stand. */
export const looks = {
  request_id: { label: 'Request', link: { board: 'sidelight-requests', variable: 'request_id' } },
  customer: { label: 'Customer', link: { board: 'sidelight-customer', variable: 'one_customer' } },
  app: { label: 'App', link: { board: 'sidelight-requests', variable: 'app' } },
  team: { label: 'Team', link: { board: 'sidelight-requests', variable: 'team' } },
  feature: { label: 'Feature', link: { board: 'sidelight-requests', variable: 'feature' } },
  route: { label: 'Route', link: { board: 'sidelight-requests', variable: 'route' } },
  model: { label: 'Model', link: { board: 'sidelight-requests', variable: 'model' } },
  provider: { label: 'Provider', link: { board: 'sidelight-requests', variable: 'provider' } },
  ts: { label: 'Time', unit: 'time' },
  spend: { label: 'Spend', unit: 'usd' },
  cost_usd: { label: 'Cost', unit: 'usd' },
  n: { label: 'Requests', unit: 'count' },
  unpriced: { label: 'Without price', unit: 'count' },
  failure_rate: { label: 'Failure rate', unit: 'share' },
  share: { label: 'Share', unit: 'share' },
  p95_ms: { label: 'p95', unit: 'ms' },
  duration_ms: { label: 'Duration', unit: 'ms' },
  first_token_ms: { label: 'First token', unit: 'ms' },
  tokens: { label: 'Tokens', unit: 'tokens' },
  input_tokens: { label: 'Tokens in', unit: 'tokens' },
  output_tokens: { label: 'Tokens out', unit: 'tokens' },
  mean_quality: { label: 'Quality', unit: 'score' },
} as const satisfies Readonly<Record<string, ColumnLook>>

type Known = keyof typeof looks

export function columns(
  known: readonly Known[],
  more: Readonly<Record<string, ColumnLook>> = {},
): Readonly<Record<string, ColumnLook>> {
  return { ...Object.fromEntries(known.map((name) => [name, looks[name]])), ...more }
}
