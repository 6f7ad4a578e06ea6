import type { Dialect } from '../dialects/dialect.ts'
import type { MultiVariable } from '../dialects/variables.ts'

/** What there is to choose from in the range, dearest first, a thousand at most. Nameless ones cannot be chosen. */
export function valuesSql(variable: MultiVariable): (d: Dialect) => string {
  if (variable === 'prompt_version') return promptVersions
  return (d) => `SELECT toString(${variable}) AS choice FROM sidelight.usage_hourly
WHERE hour >= toStartOfHour(toDateTime(${d.from}, 'UTC')) AND hour <= ${d.to} AND ${variable} != ''
GROUP BY choice ORDER BY sum(cost_usd) DESC, choice LIMIT 1000`
}

const promptVersions = (d: Dialect) => `SELECT toString(prompt_version) AS choice FROM sidelight.prompt_daily
WHERE day >= toDate(${d.from}, 'UTC') AND day <= toDate(${d.to}, 'UTC') AND prompt_version != ''
GROUP BY choice ORDER BY sum(cost_usd) DESC, choice LIMIT 1000`
