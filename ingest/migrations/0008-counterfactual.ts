import { inputClasses, outputClasses, placeOf, unitClasses } from './0005-prices.ts'
import { candidateRatios } from './0008-candidate-ratios.ts'
import type { Migration } from './step.ts'

/**
 * What requests would have cost on other candidates: estimates, and so binary fractions instead of money. The exact
 * cost of what happened is `attempt_prices`.
 */

/** As in step 5: `if`, `and` and `or` put their parts off and then work them out for each place that needs them. */
const pick = (condition: string, yes: string, no: string) => `[${no}, ${yes}][1 + (${condition})]`
const used = (name: string) => `used['${name}']`
const sum = (parts: readonly string[]) => parts.join(' + ')

/** Columns of a request that whoever asks for estimates may want to group by. */
const facts = [
  'customer',
  'app',
  'team',
  'env',
  'feature',
  'prompt_name',
  'prompt_version',
  'route',
  'segment',
  'policy_role',
  'candidate_assigned',
  'candidate_served',
]

/** What callers asked for and a provider was called for: the cache's answers cost nothing anywhere. */
const asked = `
  SELECT r.ts AS ts, r.request_id AS request_id, ${facts.map((name) => `toString(r.${name}) AS ${name}`).join(', ')},
    r.policy_version AS policy_version, arrayMap(id -> toString(id), r.candidates) AS candidates, r.probabilities AS probabilities,
    r.cost_usd AS cost_usd, isNull(r.cost_usd) * empty(r.usage_classes) AS is_uncounted,
    toString(r.provider) AS own_provider, toString(r.model) AS own_model,
    CAST(r.usage_classes, 'Map(String, Float64)') AS used, toFloat64(r.reasoning_tokens) AS reasoning_tokens,
    lower(toString(r.service_tier)) AS tier_asked
  FROM {requests} AS r
  WHERE r.role = 'primary' AND r.attempt_count > 0`

/** The list price of a request's tokens at the rates of one day: input, output and the rest, before any ratio. */
function priced(at: string, day: string): { sheet: string; rates: string; parts: string; isKnown: string } {
  const rate = (name: string) => `${at}_rates[${placeOf(name)}]`
  const counted = (name: string) => {
    if (name === 'output') return `(${used(name)} - ${at}_reasoning)`
    if (name === 'output_reasoning') return `(${used(name)} + ${at}_reasoning)`
    return name === 'images' ? `(${used(name)} * (1 - has_output))` : used(name)
  }
  const usd = (names: readonly string[]) => sum(names.map((name) => `${counted(name)} * ${rate(name)}`))
  const bit = (name: string, isUsed = `${counted(name)} > 0`) =>
    `bitShiftLeft(toUInt64(${isUsed}), ${placeOf(name)})`
  const needed = [...inputClasses, ...outputClasses, ...unitClasses].map((name) => bit(name))
  const units = `${usd([...unitClasses, 'characters'])} + ${used('web_searches')} * ${rate('web_searches.medium')}`
  const key = '(provider, listed_model)'
  return {
    sheet: `dictGet({'price_sheets'}, ('above', 'window_from', 'window_to', 'grains', 'rated', 'zones', 'discount', 'is_free', 'min_seconds'), ${key}, ${day}) AS ${at}_price,
    arrayFirstIndex(
      (least, from, to) -> total_input * input_ratio > least
        AND (to = 0 OR if(from < to, minute >= from AND minute < to, minute >= from OR minute < to)),
      ${at}_price.1, ${at}_price.2, ${at}_price.3) AS ${at}_sheet,
    dictGet({'price_sheets'}, 'services', ([provider, ''][1 + (tier = 'standard')], listed_model), ${day})[${at}_sheet][tier] AS ${at}_service`,
    rates: `arrayMap((grain, ratio) -> toFloat64(grain) * ratio, ${at}_price.4[${at}_sheet],
      [arrayWithConstant(length(${at}_price.4[${at}_sheet]), toFloat64(1)),
        arrayResize(arrayMap(numerator -> numerator / ${at}_service[1], arrayPopFront(${at}_service)), length(${at}_price.4[${at}_sheet]), toFloat64(1))]
      [1 + notEmpty(${at}_service)]) AS ${at}_rates,
    least(reasoning_tokens, ${used('output')}) * bitTest(${at}_price.5[${at}_sheet], ${placeOf('reasoning')}) AS ${at}_reasoning`,
    parts: `${at}_price.7[1] / ${at}_price.7[2] / 3.6e27 * (${at}_price.8 = 0) AS ${at}_scale,
    ${at}_scale * [toFloat64(1), ${at}_price.6[zone][1] / ${at}_price.6[zone][2]][1 + notEmpty(${at}_price.6[zone])] AS ${at}_token_scale,
    (${usd(inputClasses)}) * ${at}_token_scale AS ${at}_input_usd,
    (${usd(outputClasses)}) * ${at}_token_scale AS ${at}_output_usd,
    (${units} + greatest(${used('audio_seconds')}, ${at}_price.9) * (${used('audio_seconds')} > 0) * ${rate('audio_seconds')}) * ${at}_scale AS ${at}_unit_usd,
    bitOr(${sum(needed)} + ${bit('web_searches.medium', `${used('web_searches')} > 0`)},
      (1 - has_tokens) * (${bit('characters')} + ${bit('audio_seconds')})) AS ${at}_needed`,
    isKnown: `greatest(is_free, ${at}_price.8, (${at}_sheet > 0) * (bitAnd(${at}_needed, ${at}_price.5[${at}_sheet]) = ${at}_needed)) * is_countable`,
  }
}

const days = { estimate: 'toDate(ts)', today: 'today()' } as const

/** Of rows with `provider, model, price_model, zone, is_free` of a candidate and its ratios: what each would have cost. */
function estimates(rows: string, columns: string): string {
  const prices = Object.entries(days).map(([at, day]) => ({ at, ...priced(at, day) }))
  const each = (part: (one: (typeof prices)[number]) => string) => prices.map(part).join(',\n    ')
  const money = ({ at, isKnown }: (typeof prices)[number]) => {
    const figure = (part: 'ratio' | 'low' | 'high', condition: string) =>
      `[NULL, ${at}_input_usd * input_${part} + ${at}_output_usd * output_${part} + ${at}_unit_usd, 0][1 + (${condition}) * (1 + is_free)]`
    return `${figure('ratio', `(${isKnown} AS ${at}_is_known)`)} AS ${at}_usd,
  ${figure('low', `${at}_is_known * is_measured`)} AS ${at}_low_usd,
  ${figure('high', `${at}_is_known * is_measured`)} AS ${at}_high_usd`
  }
  return `
WITH ${rows},
listed AS (
  SELECT *, toUInt16(toHour(ts, 'UTC') * 60 + toMinute(ts, 'UTC')) AS minute,
    ${sum(inputClasses.map(used))} AS total_input, ${sum(outputClasses.map(used))} > 0 AS has_output,
    greatest(total_input > 0, has_output) AS has_tokens,
    (1 - is_uncounted) * (1 - arrayExists(name -> position(name, '@') > 0, mapKeys(used))) AS is_countable,
    basis != 'same tokens' AS is_measured,
    transform(tier_asked,
      ['', 'default', 'auto', 'standard', 'standard_only', 'on_demand', 'traffic_type_unspecified', 'on_demand_flex', 'on_demand_priority'],
      ['standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'flex', 'priority'], tier_asked) AS tier,
    ${pick(
      "price_model != ''",
      'price_model',
      `arrayFirst(
      name -> dictHas({'price_sheets'}, (provider, name), toDate(ts)),
      [model, replaceRegexpOne(model, '-[0-9]{4}-[0-9]{2}-[0-9]{2}$', ''), replaceRegexpOne(model, '[-@][0-9]{8}$', '')])`,
    )} AS listed_model
  FROM candidate_rows
),
sheeted AS (
  SELECT *, ${each(({ sheet }) => sheet)}
  FROM listed
),
rated AS (
  SELECT *, ${each(({ rates }) => rates)}
  FROM sheeted
),
summed AS (
  SELECT *, ${each(({ parts }) => parts)}
  FROM rated
)
SELECT ${columns}, provider, model,
  ${prices.map(money).join(',\n  ')}
FROM summed`
}

const factList = `ts, request_id, ${facts.join(', ')}, policy_version, candidates, probabilities, cost_usd`

const counterfactualRows = `asked AS (${asked}),
placed AS (
  SELECT *, dictGet({'route_candidates_by_id'}, 'baseline', (route, '')) AS baseline,
    arrayJoin(arrayDistinct(arrayFilter(id -> id != '', arrayConcat(candidates, [baseline])))) AS candidate,
    dictGet({'route_candidates_by_id'}, ('provider', 'model', 'price_model', 'price_zone', 'is_free'), (route, candidate)) AS known,
    candidate = candidate_served AS is_served,
    -- The default id of a candidate says who it is.
    position(candidate, '/') AS slash,
    ${pick('is_served', '(own_provider, own_model)', pick("known.1 != ''", '(known.1, known.2)', '(substring(candidate, 1, greatest(slash, 1) - 1), substring(candidate, slash + 1))'))} AS who,
    who.1 AS provider, who.2 AS model, (provider = known.1) * (model = known.2) AS is_known,
    ${pick('is_known', '(known.3, known.4)', "('', '')")} AS sold, sold.1 AS price_model, sold.2 AS zone, is_known * known.5 AS is_free
  FROM asked
),
candidate_rows AS (
  SELECT placed.*, q.basis != '' AS is_compared,
    ['same tokens', q.basis, 'served', 'served'][1 + is_compared + 2 * is_served] AS basis,
    ${['input_ratio', 'output_ratio', 'input_low', 'input_high', 'output_low', 'output_high'].map((name) => `${pick('is_compared', `q.${name}`, '1')} AS ${name}`).join(', ')}
  FROM placed
  GLOBAL ANY LEFT JOIN {candidate_ratios} AS q
    ON q.route = placed.route AND q.segment = placed.segment AND q.candidate = placed.candidate_served AND q.other = placed.candidate
)`

const counterfactualView = estimates(
  counterfactualRows,
  `${factList}, candidate, has(candidates, candidate) AS is_eligible, candidate = baseline AS is_baseline, is_served, basis, input_ratio, output_ratio`,
)

const modelRows = `asked AS (${asked}),
candidate_rows AS (
  SELECT asked.*, list.provider AS provider, list.model AS model, list.model AS price_model, '' AS zone, 0 AS is_free,
    'same tokens' AS basis, 1 AS input_ratio, 1 AS output_ratio, 1 AS input_low, 1 AS input_high, 1 AS output_low, 1 AS output_high
  FROM asked
  CROSS JOIN (SELECT DISTINCT toString(provider) AS provider, model FROM {prices}) AS list
)`

export const counterfactual: Migration = {
  version: 8,
  name: 'counterfactual',
  steps: [
    {
      kind: 'table',
      name: 'route_candidates',
      columns: `
        route label
        candidate label
        provider label
        model text
        price_model text
        price_zone label
        is_free bool
        is_baseline bool
        version u64
      `,
      engine: 'ReplacingMergeTree(version)',
      orderBy: '(route, candidate)',
    },
    {
      kind: 'dictionary',
      name: 'route_candidates_by_id',
      columns: `
        route = String
        candidate = String
        provider = String
        model = String
        price_model = String
        price_zone = String
        is_free = UInt8
        baseline = String
      `,
      primaryKey: 'route, candidate',
      layout: 'complex_key_hashed',
      // The baseline of a route stands under the candidate without a name.
      source: `
SELECT route, candidate, provider, model, price_model, lower(price_zone) AS price_zone, is_free, '' AS baseline FROM {route_candidates} FINAL
UNION ALL
SELECT route, '', '', '', '', '', 0, argMax(if(is_baseline, candidate, ''), (version, is_baseline)) FROM {route_candidates} GROUP BY route`,
      lifetimeSeconds: [240, 360],
    },
    { kind: 'view', name: 'candidate_ratios', select: candidateRatios },
    { kind: 'view', name: 'counterfactual', select: counterfactualView },
    {
      kind: 'view',
      name: 'counterfactual_models',
      select: estimates(modelRows, factList),
    },
  ],
}
