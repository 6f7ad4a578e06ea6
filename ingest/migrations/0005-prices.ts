import type { Migration } from './step.ts'

/**
 * What every model cost on every day, and what a call would cost by that list: the arithmetic of
 * contract/prices/bill.ts in SQL, in whole numbers until one rounding, half-even, at the twelfth decimal. A test
 * compares the two. Not covered, and so NULL: tables of image prices by size and quality.
 */

export const inputClasses = [
  'input',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'input_audio',
  'cache_read_audio',
  'input_image',
  'cache_read_image',
  'input_video',
]
export const outputClasses = ['output', 'output_audio', 'output_image', 'output_reasoning']
export const tokenClasses = [...inputClasses, ...outputClasses]
export const searchClasses = ['web_searches.low', 'web_searches.medium', 'web_searches.high']
export const unitClasses = ['images', 'input_images', 'pages', 'annotated_pages', 'queries', 'file_searches']

/** The order of a sheet: tokens first, because the ratios of service tiers come in the same order. */
export const sheetOrder = [
  ...tokenClasses,
  'reasoning',
  'audio_seconds',
  'characters',
  ...unitClasses,
  ...searchClasses,
]
export const placeOf = (name: string) => sheetOrder.indexOf(name) + 1

/** The sheet in force on a day: windows before whole days, later entries before earlier, high tiers before low. */
const sheetsSource = `
SELECT provider, model, period.1 AS valid_from, period.2 AS valid_to,
  arrayMap(s -> s.3, sheets) AS above,
  arrayMap(s -> s.4, sheets) AS window_from,
  arrayMap(s -> s.5, sheets) AS window_to,
  arrayMap(s -> s.6, sheets) AS entry_from,
  arrayMap(s -> s.7, sheets) AS grains,
  arrayMap(s -> s.8, sheets) AS services,
  arrayMap(s -> s.9, sheets) AS rated,
  any(zone_ratios) AS zones, any(speed_ratios) AS speeds, any(discount_ratio) AS discount,
  any(free) AS is_free, any(least_seconds) AS min_seconds, any(image_table) AS has_image_table,
  arraySort(s -> (s.1, -s.2, -s.3), groupArray((
    entry.window_to = 0, toInt32(entry.position), entry.above, entry.window_from, entry.window_to,
    entry.valid_from, entry.sheet_grains, entry.services, entry.rated))) AS sheets
FROM (
  SELECT provider, model, arrayJoin(arrayMap(
    (day, i) -> (day, if(i = length(days), toDate('2149-06-06'), days[i + 1] - 1)),
    arraySort(groupUniqArray(valid_from)) AS days, arrayEnumerate(days))) AS period
  FROM {prices} FINAL
  WHERE (provider, version) IN (SELECT provider, max(version) FROM {prices} GROUP BY provider)
  GROUP BY provider, model
) AS span
INNER JOIN (
  WITH [${sheetOrder.map((name) => `'${name}'`).join(', ')}] AS sheet_order
  SELECT provider, model, valid_from, window_from, window_to, above, position,
    arrayMap(name -> grains[name], sheet_order) AS sheet_grains,
    -- A bit for each rate that is there: a rate of 0 is a price, a missing one is none.
    arraySum(arrayMap((name, place) -> if(mapContains(grains, name), bitShiftLeft(toUInt64(1), place), 0),
      sheet_order, arrayEnumerate(sheet_order))) AS rated,
    CAST(services, 'Map(String, Array(UInt64))') AS services,
    CAST(zones, 'Map(String, Array(UInt64))') AS zone_ratios,
    CAST(speeds, 'Map(String, Array(UInt64))') AS speed_ratios,
    discount AS discount_ratio, is_free AS free, min_seconds AS least_seconds, has_image_table AS image_table
  FROM {prices} FINAL
  WHERE (provider, version) IN (SELECT provider, max(version) FROM {prices} GROUP BY provider)
) AS entry USING (provider, model)
WHERE entry.valid_from <= period.1
GROUP BY provider, model, period`

const used = (name: string) => `used['${name}']`
const isUsed = (name: string) => `bitShiftLeft(toUInt64(${count(name)} > 0), ${placeOf(name)})`
const sum = (parts: readonly string[]) => parts.join(' + ')
const grains = (name: string) => `grains[${placeOf(name)}]`
const ratio = (name: string) => `service[${placeOf(name) + 1}]`

/** The reasoning part of the output has a rate of its own in some sheets; images are billed by their tokens if any. */
function count(name: string): string {
  if (name === 'output') return `(toUInt64(${used(name)}) - reasoning)`
  if (name === 'output_reasoning') return `(toUInt64(${used(name)}) + reasoning)`
  if (name === 'images') return `(toUInt64(${used(name)}) * (1 - has_output))`
  return `toUInt64(${used(name)})`
}

const kept = 'ts, request_id, attempt, provider, model, cost_usd, recorded_usd'

/**
 * `if`, `and` and `or` put their parts off until they are needed, and then work them out for each place that
 * needs them: with them a row took 28 ms, with a pick from two values 0.03 ms.
 */
const pick = (condition: string, yes: string, no: string) => `[${no}, ${yes}][1 + (${condition})]`
const isUp = (twice: string, whole: string, floor: string) =>
  `greatest(${twice} > ${whole}, (${twice} = ${whole}) * (${floor} % 2 = 1))`

// Plain arithmetic over columns, one layer upon the other: functions over arrays and maps took three milliseconds
// a row, and names for parts within one select are written out wherever they are used.
const attemptPrices = `
WITH call AS (
  SELECT a.ts AS ts, a.request_id AS request_id, a.attempt AS attempt, toString(a.provider) AS provider,
    toString(a.model) AS model, a.cost_usd AS cost_usd, ifNull(a.cost_catalog_usd, a.cost_usd) AS recorded_usd,
    if(substring(toString(a.request_id), 15, 1) = '7', UUIDv7ToDateTime(a.request_id, 'UTC'), a.ts) AS at,
    toString(a.price_model) AS price_model, toString(a.model_reported) AS model_reported,
    CAST(a.usage_classes, 'Map(String, Float64)') AS used, toUInt64(a.reasoning_tokens) AS reasoning_tokens,
    lower(toString(a.service_tier)) AS tier_asked, lower(toString(a.price_zone)) AS place,
    lower(toString(a.speed)) AS pace, toString(a.price_option) AS price_option
  FROM {attempts} AS a
),
named AS (
  SELECT *, toDate(at, 'UTC') AS day, toUInt16(toHour(at, 'UTC') * 60 + toMinute(at, 'UTC')) AS minute,
    if(price_model != '', price_model, arrayFirst(
      name -> dictHas({'price_sheets'}, (provider, name), day),
      arrayFlatten(arrayMap(
        name -> [name, replaceRegexpOne(name, '-[0-9]{4}-[0-9]{2}-[0-9]{2}$', ''), replaceRegexpOne(name, '[-@][0-9]{8}$', '')],
        [model_reported, model])))) AS listed_model,
    ${sum(inputClasses.map((name) => `toUInt64(${used(name)})`))} AS total_input
  FROM call
),
listed AS (
  SELECT *, dictHas({'price_sheets'}, (provider, listed_model), day) AS is_listed,
    dictGet({'price_sheets'}, ('above', 'window_from', 'window_to', 'entry_from', 'grains', 'services', 'rated', 'zones',
      'speeds', 'discount', 'is_free', 'min_seconds', 'has_image_table'), (provider, listed_model), day) AS price
  FROM named
),
placed AS (
  SELECT *, arrayFirstIndex(
      (least, from, to) -> total_input > least
        AND (to = 0 OR if(from < to, minute >= from AND minute < to, minute >= from OR minute < to)),
      price.1, price.2, price.3) AS sheet,
    transform(tier_asked,
      ['', 'default', 'auto', 'standard', 'standard_only', 'on_demand', 'traffic_type_unspecified', 'on_demand_flex', 'on_demand_priority'],
      ['standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'flex', 'priority'], tier_asked) AS tier,
    ${sum(outputClasses.map(used))} > 0 AS has_output,
    multiIf(price_option = 'low', ${placeOf('web_searches.low')}, price_option = 'high', ${placeOf('web_searches.high')}, ${placeOf('web_searches.medium')}) AS search_place
  FROM listed
),
rated AS (
  SELECT *, price.5[sheet] AS grains, price.7[sheet] AS rates,
    -- The denominator, then a numerator for each class of tokens.
    ${pick('empty(price.6[sheet][tier])', `arrayWithConstant(${tokenClasses.length + 1}, toUInt64(1))`, 'price.6[sheet][tier]')} AS service,
    ${pick("greatest(place IN ('', 'global', 'not_available'), empty(price.8[place]))", '[toUInt64(1), 1]', 'price.8[place]')} AS zone,
    ${pick("greatest(pace IN ('', 'standard', 'normal'), empty(price.9[pace]))", '[toUInt64(1), 1]', 'price.9[pace]')} AS speed_ratio,
    least(reasoning_tokens, toUInt64(${used('output')})) * bitTest(price.7[sheet], ${placeOf('reasoning')}) AS reasoning,
    greatest(total_input > 0, has_output) AS has_tokens,
    toUInt64(${used('web_searches')}) AS searches,
    greatest(${used('audio_seconds')}, price.12) * (${used('audio_seconds')} > 0) AS seconds,
    toUInt256('1000000000000000000') AS quintillion
  FROM placed
),
summed AS (
  SELECT *,
    (${sum(tokenClasses.map((name) => `toUInt256(${count(name)}) * ${grains(name)} * ${ratio(name)}`))})
      * zone[1] * speed_ratio[1] AS token_sum,
    ${sum([...unitClasses, 'characters'].map((name) => `toUInt256(${count(name)}) * ${grains(name)}`))}
      + toUInt256(searches) * grains[search_place] AS unit_sum,
    -- Seconds come with decimals: eighteen of them are taken, then rounded to one grain.
    toUInt256(toDecimal256(toString(seconds), 18) * toDecimal256('1000000000000000000', 0)) * ${grains('audio_seconds')} AS second_grains,
    toUInt256(service[1]) * zone[2] * speed_ratio[2] AS common,
    bitOr(
      ${sum([...tokenClasses, ...unitClasses].map(isUsed))},
      bitShiftLeft(toUInt64(searches > 0), search_place)
      -- Length of text or sound that came with tokens is the same thing counted twice.
      + (1 - has_tokens) * (${isUsed('characters')} + bitShiftLeft(toUInt64(seconds > 0), ${placeOf('audio_seconds')}))
    ) AS needed
  FROM rated
),
heard AS (
  SELECT *, intDiv(second_grains, quintillion) AS second_floor, second_grains - second_floor * quintillion AS second_rest
  FROM summed
),
fraction AS (
  SELECT *,
    (token_sum + (unit_sum + second_floor + ${isUp('second_rest * 2', 'quintillion', 'second_floor')}) * common)
      * price.10[1] AS numerator,
    greatest(common * price.10[2] * toUInt256('3600000000000000'), toUInt256(1)) AS denominator
  FROM heard
),
divided AS (
  SELECT *, intDiv(numerator, denominator) AS floor_pico, (numerator - floor_pico * denominator) * 2 AS twice_rest FROM fraction
),
rounded AS (
  SELECT *, floor_pico + ${isUp('twice_rest', 'denominator', 'floor_pico')} AS pico,
    toUInt256('1000000000000') AS trillion
  FROM divided
)
SELECT ${kept}, listed_model AS price_model,
  ${pick('is_listed * (sheet > 0)', 'price.4[sheet]', "toDate('1970-01-01')")} AS price_valid_from,
  ${pick(
    'greatest(1 - is_listed, (price.11 = 0) * greatest(sheet = 0, bitAnd(needed, rates) != needed, (price.13 = 1) * (' +
      count('images') +
      " > 0), pico > toUInt256('999999999999999999')))",
    'NULL',
    "toDecimal64OrNull(concat(toString(intDiv(pico, trillion)), '.', leftPad(toString(pico % trillion), 12, '0')), 12)",
  )} AS catalog_usd
FROM rounded`

export const prices: Migration = {
  version: 5,
  name: 'prices',
  steps: [
    {
      kind: 'table',
      name: 'prices',
      // A grain is a USD / 3600e24. Ratios are [numerator, denominator]; those of a service tier [denominator, numerators].
      columns: `
        provider label
        model text
        valid_from date
        window_from u16
        window_to u16
        above = Int64 CODEC(ZSTD(1))
        position u16
        mode label
        rates amount_map
        grains = Map(LowCardinality(String), UInt128) CODEC(ZSTD(1))
        services = Map(LowCardinality(String), Array(UInt64)) CODEC(ZSTD(1))
        zones = Map(LowCardinality(String), Array(UInt64)) CODEC(ZSTD(1))
        speeds = Map(LowCardinality(String), Array(UInt64)) CODEC(ZSTD(1))
        discount = Array(UInt64) CODEC(ZSTD(1))
        is_free bool
        has_image_table bool
        min_seconds float
        source label
        catalog label
        version u64
      `,
      engine: 'ReplacingMergeTree(version)',
      orderBy: '(provider, model, valid_from, window_from, window_to, above)',
    },
    {
      kind: 'dictionary',
      name: 'price_sheets',
      columns: `
        provider = String
        model = String
        valid_from = Date
        valid_to = Date
        above = Array(Int64)
        window_from = Array(UInt16)
        window_to = Array(UInt16)
        entry_from = Array(Date)
        grains = Array(Array(UInt128))
        services = Array(Map(String, Array(UInt64)))
        rated = Array(UInt64)
        zones = Map(String, Array(UInt64))
        speeds = Map(String, Array(UInt64))
        discount = Array(UInt64)
        is_free = UInt8
        min_seconds = Float64
        has_image_table = UInt8
      `,
      primaryKey: 'provider, model',
      layout: 'complex_key_range_hashed',
      range: 'MIN valid_from MAX valid_to',
      source: sheetsSource,
      lifetimeSeconds: [240, 360],
    },
    { kind: 'view', name: 'attempt_prices', select: attemptPrices },
    {
      kind: 'table',
      name: 'cost_backfills',
      columns: `
        ts time
        request_id uuid
        customer label
        app label
        team label
        feature label
        route label
        provider label
        model label
        env label
        role label
        prompt_name label
        prompt_version label
        cost_usd money?
        price_valid_from date
        backfilled_at = DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
      `,
      engine: 'MergeTree',
      partitionBy: 'toMonday(ts)',
      orderBy: '(customer, toStartOfHour(ts), request_id)',
      shardBy: 'cityHash64(customer)',
    },
    {
      kind: 'rollup',
      name: 'usage_hourly_backfill_view',
      to: 'usage_hourly',
      select: `
SELECT b.customer AS customer, toStartOfHour(b.ts) AS hour, b.app AS app, b.team AS team, b.feature AS feature,
  b.route AS route, b.provider AS provider, b.model AS model, b.env AS env, b.role AS role,
  sum(ifNull(b.cost_usd, 0)) AS cost_usd,
  -toInt64(count()) AS unpriced
FROM {cost_backfills} AS b
GROUP BY customer, hour, app, team, feature, route, provider, model, env, role`,
    },
    {
      kind: 'rollup',
      name: 'usage_daily_backfill_view',
      to: 'usage_daily',
      select: `
SELECT b.customer AS customer, toDate(b.ts, 'UTC') AS day, b.app AS app, b.model AS model, b.provider AS provider,
  b.role AS role,
  sum(ifNull(b.cost_usd, 0)) AS cost_usd,
  -toInt64(count()) AS unpriced
FROM {cost_backfills} AS b
GROUP BY customer, day, app, model, provider, role`,
    },
    {
      kind: 'rollup',
      name: 'prompt_daily_backfill_view',
      to: 'prompt_daily',
      select: `
SELECT toDate(b.ts, 'UTC') AS day, b.app AS app, b.route AS route, b.prompt_name AS prompt_name,
  b.prompt_version AS prompt_version, b.provider AS provider, b.model AS model, b.env AS env,
  sum(ifNull(b.cost_usd, 0)) AS cost_usd,
  -toInt64(count()) AS unpriced
FROM {cost_backfills} AS b
WHERE b.role = 'primary'
GROUP BY day, app, route, prompt_name, prompt_version, provider, model, env`,
    },
    {
      kind: 'view',
      name: 'requests_priced',
      select: `
SELECT r.* EXCEPT (cost_usd, price_valid_from),
  ifNull(r.cost_usd, b.cost_usd) AS cost_usd,
  if(r.cost_usd IS NULL AND b.cost_usd IS NOT NULL, b.price_valid_from, r.price_valid_from) AS price_valid_from,
  r.cost_usd IS NULL AND b.cost_usd IS NOT NULL AS is_backfilled
FROM {requests} AS r
GLOBAL ANY LEFT JOIN (SELECT request_id, cost_usd, price_valid_from FROM {cost_backfills}) AS b USING (request_id)`,
    },
  ],
}
