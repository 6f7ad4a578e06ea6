import type { Unit } from '../catalog/units.ts'

/** Names that Grafana has for them. */
export const grafanaUnits: Readonly<Record<Unit, string>> = {
  usd: 'currencyUSD',
  usd_per_million_tokens: 'currencyUSD',
  count: 'short',
  per_second: 'reqps',
  share: 'percentunit',
  factor: 'none',
  score: 'none',
  tokens: 'short',
  tokens_per_second: 'short',
  ms: 'ms',
  us: 'µs',
  seconds: 's',
  bytes: 'bytes',
  time: 'dateTimeAsIso',
  text: 'string',
}

/** Enough digits that a small amount is not shown as nothing. */
export const grafanaDecimals: Readonly<Partial<Record<Unit, number>>> = { share: 2, score: 3 }
