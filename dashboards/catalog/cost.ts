import { SPEND, UNPRICED } from '../../contract/fragments.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { budgetBurn, forecast, monthToDate } from './budget.ts'
import { columns } from './columns.ts'
import { bars, series, stat, table } from './drafts.ts'
import { board, type PanelDraft } from './panel.ts'
import { latestPriced, latestRange, pricedIn, requestFilters, requestsIn } from './scope.ts'
import { contributors, spike } from './spend-spike.ts'
import { USED, USED_SPEND, usageBucket, usageIn } from './usage.ts'

const filters = requestFilters
/** Of tokens and requests, those whose cost is known: sums hold how many of their requests have none. */
const pricedShare = '(requests - no_price) / requests'
const perMillion = `toFloat64(sum(cost_usd)) / nullIf(sum((input_tokens + output_tokens) * ${pricedShare}), 0) * 1e6`
const perRequest = 'toFloat64(sum(cost_usd)) / nullIf(sum(requests - no_price), 0)'
const bySpend = 'ORDER BY spend DESC NULLS LAST'

const unitPrice = stat({
  id: 'cost-per-million-tokens',
  title: 'Per million tokens',
  description: 'Known cost over the tokens, in and out, of the requests that have one.',
  answers: ['How many tokens are used, and at what price?'],
  unit: 'usd_per_million_tokens',
  filters,
  sql: (d) => `SELECT ${perMillion} AS per_million ${usageIn(d)}`,
})

/** The eight largest and the rest, so that a picture stays readable whatever comes in. */
function topSeries(d: Dialect, column: 'feature'): string {
  const top = `SELECT ${column} ${usageIn(d)} GROUP BY ${column} ORDER BY sum(cost_usd) DESC, ${column} LIMIT 8`
  return `SELECT ${usageBucket(d)} AS time, if(${column} GLOBAL IN (${top}), if(${column} = '', '(none)', toString(${column})), '(other)') AS part,
  if(sum(requests) = sum(no_price), NULL, toFloat64(sum(cost_usd))) AS spend
${usageIn(d)} GROUP BY time, part ORDER BY time, part`
}

const byFeature = series({
  id: 'cost-by-feature',
  by: 'part',
  title: 'Spend by feature',
  description: 'The eight largest of the range, and the rest together.',
  answers: ['Which feature burns the budget?'],
  unit: 'usd',
  empty: 'zero',
  stacked: true,
  filters,
  sql: (d) => topSeries(d, 'feature'),
})

function spendBars(
  draft: Pick<PanelDraft, 'id' | 'title' | 'description' | 'answers'>,
  column: 'feature' | 'team' | 'role',
) {
  return bars({
    ...draft,
    unit: 'usd',
    filters,
    columns: columns(column === 'role' ? ['spend', 'unpriced'] : [column, 'spend', 'unpriced']),
    sql: (d) => `SELECT ${column}, ${USED_SPEND} AS spend, sum(no_price) AS unpriced
${usageIn(d)} GROUP BY ${column} ${bySpend}, ${column} LIMIT 20`,
  })
}

const models = table({
  id: 'cost-models',
  title: 'Models',
  description:
    'All calls. Per request and per million tokens count those with a known cost; quality those with a score.',
  answers: ['Which model is the most expensive?', 'How is each model used?'],
  filters,
  columns: columns(['model', 'provider', 'spend', 'share', 'unpriced', 'n', 'tokens', 'mean_quality'], {
    usd_per_request: { label: 'Per request', unit: 'usd' },
    per_million: { label: 'Per 1M tokens', unit: 'usd_per_million_tokens' },
  }),
  sql: (
    d,
  ) => `SELECT u.model AS model, u.provider AS provider, u.spend AS spend, u.spend / nullIf(sum(ifNull(u.spend, 0)) OVER (), 0) AS share,
  u.unpriced AS unpriced, u.n AS n, u.tokens AS tokens, u.usd_per_request AS usd_per_request, u.per_million AS per_million, q.mean_quality AS mean_quality
FROM (SELECT model, provider, ${USED_SPEND} AS spend, sum(no_price) AS unpriced, sum(requests) AS n, ${USED} AS tokens,
    ${perRequest} AS usd_per_request, ${perMillion} AS per_million ${usageIn(d)} GROUP BY model, provider) AS u
GLOBAL LEFT JOIN (SELECT model, provider, avg(quality) AS mean_quality ${requestsIn(d)} AND quality IS NOT NULL GROUP BY model, provider) AS q USING (model, provider)
${bySpend}, model, provider LIMIT 50`,
})

const apps = table({
  id: 'cost-apps',
  title: 'Apps, endpoints, teams',
  description: 'All calls.',
  answers: ['What does each app cost?', 'What does each endpoint cost?', 'What does each team cost?'],
  filters,
  columns: columns(['app', 'team', 'spend', 'share', 'unpriced', 'n', 'tokens'], {
    endpoint: { label: 'Endpoint' },
  }),
  sql: (
    d,
  ) => `SELECT app, endpoint, team, ${SPEND} AS spend, spend / nullIf(sum(ifNull(spend, 0)) OVER (), 0) AS share,
  ${UNPRICED} AS unpriced, count() AS n, sum(toUInt64(input_tokens) + output_tokens) AS tokens
${pricedIn(d)} GROUP BY app, endpoint, team ${bySpend}, app, endpoint, team LIMIT 50`,
})

const tokenMix = bars({
  id: 'cost-token-mix',
  title: 'Token mix by route',
  description:
    'Input as sent, read from and written to the provider’s cache; output with and without reasoning.',
  answers: ['How many tokens are used, and at what price?'],
  unit: 'tokens',
  stacked: true,
  filters,
  columns: columns(['route'], {
    input: { label: 'input', unit: 'tokens' },
    cache_read: { label: 'cache read', unit: 'tokens' },
    cache_write: { label: 'cache write', unit: 'tokens' },
    reasoning: { label: 'reasoning', unit: 'tokens' },
    output: { label: 'output', unit: 'tokens' },
  }),
  sql: (d) => `SELECT route, sum(input_tokens - cached_input_tokens - cache_write_tokens) AS input,
  sum(cached_input_tokens) AS cache_read, sum(cache_write_tokens) AS cache_write,
  sum(reasoning_tokens) AS reasoning, sum(output_tokens - reasoning_tokens) AS output
${usageIn(d)} GROUP BY route ORDER BY input + cache_read + cache_write + reasoning + output DESC, route LIMIT 20`,
})

/** The twenty dearest by cost alone first: what else is shown is not worked out for every prompt there ever was. */
function promptsSql(d: Dialect): string {
  const dearest = `SELECT prompt_fingerprint, app ${latestPriced(d)} GROUP BY prompt_fingerprint, app
  ORDER BY sum(cost_usd) DESC NULLS LAST, prompt_fingerprint, app LIMIT 20`
  return `SELECT toString(prompt_fingerprint) AS prompt, app, any(prompt_name) AS template, ${SPEND} AS spend, count() AS n,
  toFloat64(sum(cost_usd)) / nullIf(count(cost_usd), 0) AS usd_per_request, avg(input_tokens) AS mean_input,
  toString(argMax(request_id, (ts, request_id))) AS latest
${latestPriced(d)} AND (prompt_fingerprint, app) GLOBAL IN (${dearest})
GROUP BY prompt_fingerprint, app ${bySpend}, prompt, app LIMIT 20`
}

const prompts = table({
  id: 'cost-prompts',
  title: 'Most expensive prompts',
  description: `Equal prompts by their fingerprint: the same text asked again and again is work for the cache. ${latestRange}`,
  answers: ['Which prompts are expensive?'],
  filters,
  columns: columns(['app', 'spend', 'n'], {
    prompt: { label: 'Prompt' },
    template: { label: 'Template' },
    usd_per_request: { label: 'Per request', unit: 'usd' },
    mean_input: { label: 'Mean tokens in', unit: 'tokens' },
    latest: { label: 'Latest', link: { board: 'sidelight-requests', variable: 'request_id' } },
  }),
  sql: promptsSql,
})

const unpricedModels = table({
  id: 'cost-unpriced-models',
  title: 'Models without price',
  description:
    'Requests whose cost is unknown, by the model that answered. Add a price to `prices.file` and they count.',
  answers: ['Can the numbers be trusted?'],
  filters,
  columns: columns(['model', 'provider', 'unpriced', 'tokens'], {
    last_seen: { label: 'Last seen', unit: 'time' },
  }),
  sql: (
    d,
  ) => `SELECT provider, model, sum(no_price) AS unpriced, sumIf(input_tokens + output_tokens, no_price > 0) AS tokens, maxIf(seen_at, no_price > 0) AS last_seen
${usageIn(d)} GROUP BY provider, model HAVING unpriced > 0 ORDER BY unpriced DESC, provider, model LIMIT 50`,
})

export const cost = board(
  {
    uid: 'sidelight-cost',
    title: 'Cost and budgets',
    question:
      'Which feature, app, team, model or endpoint burns the budget; will we overrun; why did spend jump?',
  },
  {
    'Will we overrun?': [monthToDate, forecast, unitPrice, budgetBurn],
    'Who burns the budget?': [
      byFeature,
      spendBars(
        {
          id: 'cost-feature-bars',
          title: 'Features',
          description: 'All calls, by feature of the application.',
          answers: ['Which feature burns the budget?'],
        },
        'feature',
      ),
      models,
      apps,
      spendBars(
        {
          id: 'cost-teams',
          title: 'Teams',
          description: 'All calls, by team.',
          answers: ['What does each team cost?'],
        },
        'team',
      ),
    ],
    'Why did spend jump?': [spike, contributors],
    'What is paid for?': [
      tokenMix,
      spendBars(
        {
          id: 'cost-roles',
          title: 'Spend by role',
          description:
            'What callers asked for (primary), and what evaluation added: shadow, judge and audit calls.',
          answers: ['What do evaluations cost?'],
        },
        'role',
      ),
      prompts,
      unpricedModels,
    ],
  },
)
