import type { Migration } from './step.ts'

/**
 * What every model cost on every day, and what a call would cost by that list: the arithmetic of
 * contract/prices/bill.ts in SQL, in whole numbers until one rounding, half-even, at the twelfth decimal. A test
 * compares the two. Not covered, and so NULL: tables of image prices by size and quality.
 */

const tokenClasses = [
  'input',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'input_audio',
  'cache_read_audio',
  'input_image',
  'cache_read_image',
  'input_video',
  'output',
  'output_audio',
  'output_image',
  'output_reasoning',
]
const quotedClasses = tokenClasses.map((name) => `'${name}'`).join(', ')

/** The sheet in force on a day: windows before whole days, later entries before earlier, high tiers before low. */
const sheetsSource = `
SELECT provider, model, period.1 AS valid_from, period.2 AS valid_to,
  arrayMap(s -> s.3, sheets) AS above,
  arrayMap(s -> s.4, sheets) AS window_from,
  arrayMap(s -> s.5, sheets) AS window_to,
  arrayMap(s -> s.6, sheets) AS entry_from,
  arrayMap(s -> s.7, sheets) AS grains,
  arrayMap(s -> s.8, sheets) AS services,
  any(zone_ratios) AS zones, any(speed_ratios) AS speeds, any(discount_ratio) AS discount,
  any(free) AS is_free, any(least_seconds) AS min_seconds, any(image_table) AS has_image_table,
  arraySort(s -> (s.1, -s.2, -s.3), groupArray((
    entry.window_to = 0, toInt32(entry.position), entry.above, entry.window_from, entry.window_to,
    entry.valid_from, entry.grains, entry.services))) AS sheets
FROM (
  SELECT provider, model, arrayJoin(arrayMap(
    (day, i) -> (day, if(i = length(days), toDate('2149-06-06'), days[i + 1] - 1)),
    arraySort(groupUniqArray(valid_from)) AS days, arrayEnumerate(days))) AS period
  FROM {prices} FINAL
  WHERE (provider, version) IN (SELECT provider, max(version) FROM {prices} GROUP BY provider)
  GROUP BY provider, model
) AS span
INNER JOIN (
  SELECT provider, model, valid_from, window_from, window_to, above, position,
    CAST(grains, 'Map(String, UInt128)') AS grains,
    CAST(services, 'Map(String, Array(UInt64))') AS services,
    CAST(zones, 'Map(String, Array(UInt64))') AS zone_ratios,
    CAST(speeds, 'Map(String, Array(UInt64))') AS speed_ratios,
    discount AS discount_ratio, is_free AS free, min_seconds AS least_seconds, has_image_table AS image_table
  FROM {prices} FINAL
  WHERE (provider, version) IN (SELECT provider, max(version) FROM {prices} GROUP BY provider)
) AS entry USING (provider, model)
WHERE entry.valid_from <= period.1
GROUP BY provider, model, period`

const units: readonly (readonly [name: string, grains: string])[] = [
  ['characters', "'characters'"],
  ['input_images', "'input_images'"],
  ['pages', "'pages'"],
  ['annotated_pages', "'annotated_pages'"],
  ['queries', "'queries'"],
  ['web_searches', "concat('web_searches.', search_size)"],
  ['file_searches', "'file_searches'"],
  ['images', "'images'"],
]

const attemptPrices = `
WITH
  if(substring(toString(a.request_id), 15, 1) = '7', UUIDv7ToDateTime(a.request_id, 'UTC'), a.ts) AS at,
  toDate(at, 'UTC') AS day,
  toUInt16(toHour(at, 'UTC') * 60 + toMinute(at, 'UTC')) AS minute,
  arrayFlatten(arrayMap(
    name -> arrayDistinct([name, replaceRegexpOne(name, '-\\\\d{4}-\\\\d{2}-\\\\d{2}$', ''), replaceRegexpOne(name, '[-@]\\\\d{8}$', '')]),
    [toString(a.model_reported), toString(a.model)])) AS spellings,
  if(a.price_model != '', toString(a.price_model),
    arrayFirst(name -> dictHas({'price_sheets'}, (toString(a.provider), name), day), spellings)) AS listed_model,
  dictHas({'price_sheets'}, (toString(a.provider), listed_model), day) AS is_listed,
  dictGet({'price_sheets'}, ('above', 'window_from', 'window_to', 'entry_from', 'grains', 'services', 'zones', 'speeds',
    'discount', 'is_free', 'min_seconds', 'has_image_table'), (toString(a.provider), listed_model), day) AS price,
  CAST(a.usage_classes, 'Map(String, Float64)') AS used,
  [${quotedClasses}] AS token_classes,
  arraySum(name -> toUInt64(used[name]), arraySlice(token_classes, 1, 9)) AS total_input,
  -- The reasoning part of the output has a rate of its own in some sheets.
  arrayFirstIndex((least, from, to) -> total_input > least
    AND (to = 0 OR if(from < to, minute >= from AND minute < to, minute >= from OR minute < to)),
    price.1, price.2, price.3) AS sheet,
  price.5[sheet] AS grains,
  if(mapContains(grains, 'reasoning'), toUInt64(least(toUInt64(a.reasoning_tokens), toUInt64(used['output']))), 0)
    AS reasoning,
  arrayMap(name -> multiIf(
    name = 'output', toUInt64(used[name]) - reasoning,
    name = 'output_reasoning', toUInt64(used[name]) + reasoning,
    toUInt64(used[name])), token_classes) AS counts,
  lower(toString(a.service_tier)) AS tier_asked,
  transform(tier_asked,
    ['', 'default', 'auto', 'standard', 'standard_only', 'on_demand', 'traffic_type_unspecified', 'on_demand_flex', 'on_demand_priority'],
    ['standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'standard', 'flex', 'priority'], tier_asked)
    AS tier,
  -- The denominator, then a numerator for each class of tokens.
  if(mapContains(price.6[sheet], tier), price.6[sheet][tier], arrayWithConstant(14, toUInt64(1))) AS service,
  lower(toString(a.price_zone)) AS place,
  if(place NOT IN ('', 'global', 'not_available') AND mapContains(price.7, place), price.7[place], [1, 1]) AS zone,
  lower(toString(a.speed)) AS pace,
  if(pace NOT IN ('', 'standard', 'normal') AND mapContains(price.8, pace), price.8[pace], [1, 1]) AS speed_ratio,
  arrayMap((name, count, ratio) -> toUInt256(count) * grains[name] * ratio, token_classes, counts, arraySlice(service, 2, 13))
    AS token_grains,
  arrayFold((sum, part) -> sum + part, token_grains, toUInt256(0)) * zone[1] * speed_ratio[1] AS token_sum,
  arrayExists(count -> count > 0, counts) AS has_tokens,
  arrayExists(name -> used[name] > 0, ['output', 'output_audio', 'output_image', 'output_reasoning']) AS has_output,
  if(a.price_option IN ('low', 'high'), toString(a.price_option), 'medium') AS search_size,
  [${units.map(([name]) => `'${name}'`).join(', ')}] AS unit_names,
  [${units.map(([, key]) => key).join(', ')}] AS unit_keys,
  arrayMap(name -> if(name = 'images' AND has_output, 0, toUInt64(used[name])), unit_names) AS unit_counts,
  arrayFold((sum, key, count) -> sum + toUInt256(count) * grains[key], unit_keys, unit_counts, toUInt256(0)) AS whole_units,
  -- Seconds come with decimals: eighteen of them are taken, then rounded to one grain.
  if(used['audio_seconds'] > 0, greatest(used['audio_seconds'], price.11), 0) AS seconds,
  toUInt256(toDecimal256(toString(seconds), 18) * toDecimal256('1000000000000000000', 0)) * grains['audio_seconds'] AS second_grains,
  toUInt256('1000000000000000000') AS quintillion,
  intDiv(second_grains, quintillion) AS second_floor,
  second_grains - second_floor * quintillion AS second_rest,
  second_floor + (second_rest * 2 > quintillion OR (second_rest * 2 = quintillion AND second_floor % 2 = 1)) AS second_sum,
  toUInt256(service[1]) * zone[2] * speed_ratio[2] AS common,
  (token_sum + (whole_units + second_sum) * common) * price.9[1] AS numerator,
  common * price.9[2] * toUInt256('3600000000000000') AS denominator,
  intDiv(numerator, denominator) AS floor_pico,
  numerator - floor_pico * denominator AS rest,
  floor_pico + (rest * 2 > denominator OR (rest * 2 = denominator AND floor_pico % 2 = 1)) AS pico,
  arrayExists((name, count) -> count > 0 AND NOT mapContains(grains, name), token_classes, counts) AS lacks_token_rate,
  arrayExists((name, key, count) -> count > 0 AND NOT mapContains(grains, key) AND NOT (has_tokens AND name = 'characters'),
    unit_names, unit_keys, unit_counts) AS lacks_unit_rate,
  seconds > 0 AND NOT mapContains(grains, 'audio_seconds') AND NOT has_tokens AS lacks_second_rate,
  price.12 AND unit_counts[8] > 0 AS needs_image_table,
  toUInt256('1000000000000') AS trillion
SELECT
  a.ts AS ts, a.request_id AS request_id, a.attempt AS attempt, a.provider AS provider, a.model AS model,
  listed_model AS price_model,
  if(is_listed AND sheet > 0, price.4[sheet], toDate('1970-01-01')) AS price_valid_from,
  multiIf(
    NOT is_listed, NULL,
    price.10, toDecimal64(0, 12),
    sheet = 0 OR lacks_token_rate OR lacks_unit_rate OR lacks_second_rate OR needs_image_table, NULL,
    pico > toUInt256('999999999999999999'), NULL,
    toDecimal64OrNull(concat(toString(intDiv(pico, trillion)), '.', leftPad(toString(pico % trillion), 12, '0')), 12)
  ) AS catalog_usd,
  a.cost_usd AS cost_usd,
  ifNull(a.cost_catalog_usd, a.cost_usd) AS recorded_usd
FROM {attempts} AS a`

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
        grains = Array(Map(String, UInt128))
        services = Array(Map(String, Array(UInt64)))
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
        catalog label
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
