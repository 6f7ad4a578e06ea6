import { inputClasses, outputClasses, placeOf, tokenClasses, unitClasses } from './0005-prices.ts'
import type { Migration } from './step.ts'

/**
 * The cost of a call once more, now with all that `costOf` knows: prices of images by size, quality and steps, and
 * what other models used within the same call (classes written as `input@model`). `call_parts` has a row for each
 * model of a call, with its cost as a fraction; `attempt_prices` adds them up and rounds once.
 */

const used = (name: string) => `used['${name}']`
const sum = (parts: readonly string[]) => parts.join(' + ')
const grains = (name: string) => `grains[${placeOf(name)}]`
const ratio = (name: string) => `service[${placeOf(name) + 1}]`
const bit = (condition: string, name: string) => `bitShiftLeft(toUInt64(${condition}), ${placeOf(name)})`
const isUsed = (name: string) => bit(`${count(name)} > 0`, name)

/** The reasoning part of the output has a rate of its own in some sheets; images are billed by their tokens if any. */
function count(name: string): string {
  if (name === 'output') return `(toUInt64(${used(name)}) - reasoning)`
  if (name === 'output_reasoning') return `(toUInt64(${used(name)}) + reasoning)`
  if (name === 'images') return `(toUInt64(${used(name)}) * (1 - has_output))`
  return `toUInt64(${used(name)})`
}

/** As in step 5: `if`, `and` and `or` put their parts off and then work them out for each place that needs them. */
const pick = (condition: string, yes: string, no: string) => `[${no}, ${yes}][1 + (${condition})]`
const isUp = (twice: string, whole: string, floor: string) =>
  `greatest(${twice} > ${whole}, (${twice} = ${whole}) * (${floor} % 2 = 1))`

/** What the name of a class says after its first @: another model than the one that was asked. */
const otherOf = (name: string) =>
  `substring(${name}, ifNull(nullIf(position(${name}, '@'), 0), length(${name})) + 1)`
const classOf = (name: string) => `substring(${name}, 1, position(${name}, '@') - 1)`

const kept = 'ts, request_id, attempt, provider, model, cost_usd, recorded_usd'

/** A row for each model of a call, with its own classes in `used`. */
const calls = `
WITH call AS (
  SELECT a.ts AS ts, a.request_id AS request_id, a.attempt AS attempt, toString(a.provider) AS provider,
    toString(a.model) AS model, a.cost_usd AS cost_usd, ifNull(a.cost_catalog_usd, a.cost_usd) AS recorded_usd,
    if(substring(toString(a.request_id), 15, 1) = '7', UUIDv7ToDateTime(a.request_id, 'UTC'), a.ts) AS at,
    toString(a.price_model) AS own_price_model, toString(a.model_reported) AS model_reported,
    CAST(a.usage_classes, 'Map(String, Float64)') AS classes,
    arrayDistinct(arrayFilter(other -> other != '', arrayMap(name -> ${otherOf('name')}, mapKeys(classes)))) AS others,
    1 + length(others) AS models,
    toUInt64(a.reasoning_tokens) AS own_reasoning, lower(toString(a.service_tier)) AS tier_asked,
    lower(toString(a.price_zone)) AS place, lower(toString(a.speed)) AS own_pace,
    toString(a.price_option) AS price_option, classes['images'] > 0 AS has_images
  FROM {attempts} AS a
),
part AS (
  SELECT *, arrayJoin(arrayConcat([('', classes)], arrayMap(
      one -> (one, mapApply((name, n) -> (${classOf('name')}, n), mapFilter((name, n) -> ${otherOf('name')} = one, classes))),
      others))) AS own,
    own.1 AS other, own.2 AS used,
    ${pick("other = ''", 'own_reasoning', 'toUInt64(0)')} AS reasoning_tokens,
    ${pick("other = ''", 'own_pace', "''")} AS pace,
    ${pick("other = ''", 'own_price_model', "''")} AS price_model,
    ${pick("other = ''", '[model_reported, model]', '[other]')} AS names
  FROM call
)`

/** `[quality/]W-x-H[/steps]` of an option that is recorded as `WxH/quality/steps`, where each may be empty. */
const images = `
pictured AS (
  SELECT *, dictGet({'price_images'}, ('names', 'grains'), (provider, listed_model)) AS image_table,
    splitByChar('/', price_option) AS words,
    replaceOne(lower(${pick("words[1] = ''", "'1024x1024'", 'words[1]')}), 'x', '-x-') AS image_size,
    ${pick("words[2] = ''", "'standard'", 'words[2]')} AS image_quality,
    ifNull(toInt64OrNull(words[3]), 0) AS image_steps,
    -- The least number of steps that is listed and enough; 0 for none.
    arrayMin(arrayFilter(most -> most >= image_steps,
      arrayMap(name -> ifNull(toInt64OrNull(extract(substring(name, length(image_size) + 2), '^[0-9]+')), -1),
        arrayFilter(name -> startsWith(name, concat(image_size, '/')), image_table.1)))) AS steps_listed,
    concat(image_size, ['', concat('/', toString(steps_listed), '-steps'), '/max-steps'][1 + (words[3] != '') * (1 + (steps_listed = 0))]) AS image_name,
    indexOf(image_table.1, concat(image_quality, '/', image_name)) AS exact_place,
    ${pick('exact_place > 0', 'exact_place', "(image_quality = 'standard') * indexOf(image_table.1, image_name)")} AS image_place
  FROM placed
)`

const callParts = `${calls},
named AS (
  SELECT *, toDate(at, 'UTC') AS day, toUInt16(toHour(at, 'UTC') * 60 + toMinute(at, 'UTC')) AS minute,
    if(price_model != '', price_model, arrayFirst(
      name -> dictHas({'price_sheets'}, (provider, name), day),
      arrayFlatten(arrayMap(
        name -> [name, replaceRegexpOne(name, '-[0-9]{4}-[0-9]{2}-[0-9]{2}$', ''), replaceRegexpOne(name, '[-@][0-9]{8}$', '')],
        names)))) AS listed_model,
    ${sum(inputClasses.map((name) => `toUInt64(${used(name)})`))} AS total_input
  FROM part
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
    -- The option of a call that made images is theirs.
    multiIf(has_images, ${placeOf('web_searches.medium')}, price_option = 'low', ${placeOf('web_searches.low')},
      price_option = 'high', ${placeOf('web_searches.high')}, ${placeOf('web_searches.medium')}) AS search_place
  FROM listed
),${images},
rated AS (
  SELECT *, price.5[sheet] AS grains, image_table.2[image_place] AS image_grains,
    bitOr(price.7[sheet], ${bit('image_place > 0', 'images')}) AS rates,
    -- The denominator, then a numerator for each class of tokens.
    ${pick('empty(price.6[sheet][tier])', `arrayWithConstant(${tokenClasses.length + 1}, toUInt64(1))`, 'price.6[sheet][tier]')} AS service,
    ${pick("greatest(place IN ('', 'global', 'not_available'), empty(price.8[place]))", '[toUInt64(1), 1]', 'price.8[place]')} AS zone,
    ${pick("greatest(pace IN ('', 'standard', 'normal'), empty(price.9[pace]))", '[toUInt64(1), 1]', 'price.9[pace]')} AS speed_ratio,
    least(reasoning_tokens, toUInt64(${used('output')})) * bitTest(price.7[sheet], ${placeOf('reasoning')}) AS reasoning,
    greatest(total_input > 0, has_output) AS has_tokens,
    toUInt64(${used('web_searches')}) AS searches,
    greatest(${used('audio_seconds')}, price.12) * (${used('audio_seconds')} > 0) AS seconds,
    toUInt256('1000000000000000000') AS quintillion
  FROM pictured
),
summed AS (
  SELECT *,
    (${sum(tokenClasses.map((name) => `toUInt256(${count(name)}) * ${grains(name)} * ${ratio(name)}`))})
      * zone[1] * speed_ratio[1] AS token_sum,
    ${sum([...unitClasses, 'characters'].map((name) => `toUInt256(${count(name)}) * ${grains(name)}`))}
      + toUInt256(${count('images')}) * image_grains + toUInt256(searches) * grains[search_place] AS unit_sum,
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
)
SELECT ${kept}, models, other, listed_model AS price_model,
  ${pick('is_listed * (sheet > 0)', 'price.4[sheet]', "toDate('1970-01-01')")} AS price_valid_from,
  greatest(1 - is_listed, (price.11 = 0) * greatest(sheet = 0, bitAnd(needed, rates) != needed)) AS is_unknown,
  price.11 AS is_free,
  toUInt256(1 - price.11) * (token_sum + (unit_sum + second_floor + ${isUp('second_rest * 2', 'quintillion', 'second_floor')}) * common)
    * price.10[1] AS part_sum,
  -- 0 where nothing is listed; the part is unknown then.
  common AS part_common, greatest(toUInt256(price.10[2]), toUInt256(1)) * toUInt256('3600000000000000') AS scale
FROM heard`

/** More models in one call than this have not been seen; their common denominator would leave 256 bits one day. */
const modelsMax = 6

const attemptPrices = `
WITH whole AS (
  SELECT ${kept}, price_model, price_valid_from, is_unknown, is_free, part_sum AS numerator, part_common * scale AS denominator
  FROM {call_parts} WHERE models = 1
  UNION ALL
  SELECT ${kept}, anyIf(price_model, other = ''), anyIf(price_valid_from, other = ''),
    greatest(max(is_unknown), count() > ${modelsMax}), min(is_free),
    (arrayFold((sum, one) -> (sum.1 * one.2 + one.1 * sum.2, sum.2 * one.2),
      groupArray(${modelsMax})((part_sum, part_common)) AS fractions, (toUInt256(0), toUInt256(1))) AS added).1,
    added.2 * max(scale)
  FROM {call_parts} WHERE models > 1
  GROUP BY ${kept}
),
divided AS (
  SELECT *, intDiv(numerator, denominator) AS floor_pico, (numerator - floor_pico * denominator) * 2 AS twice_rest FROM whole
),
rounded AS (
  SELECT *, floor_pico + ${isUp('twice_rest', 'denominator', 'floor_pico')} AS pico,
    toUInt256('1000000000000') AS trillion
  FROM divided
)
SELECT ${kept}, price_model, price_valid_from,
  ${pick(
    "greatest(is_unknown, (is_free = 0) * (pico > toUInt256('999999999999999999')))",
    'NULL',
    "toDecimal64OrNull(concat(toString(intDiv(pico, trillion)), '.', leftPad(toString(pico % trillion), 12, '0')), 12)",
  )} AS catalog_usd
FROM rounded`

export const cost: Migration = {
  version: 7,
  name: 'cost',
  steps: [
    {
      kind: 'add_columns',
      table: 'prices',
      // Grains for one image by `[quality/]W-x-H[/steps]`.
      columns: 'image_table = Map(String, UInt128) CODEC(ZSTD(1))',
    },
    {
      kind: 'dictionary',
      name: 'price_images',
      columns: `
        provider = String
        model = String
        names = Array(String)
        grains = Array(UInt128)
      `,
      primaryKey: 'provider, model',
      layout: 'complex_key_hashed',
      source: `
SELECT provider, model, mapKeys(any(image_table) AS listed) AS names, mapValues(listed) AS grains
FROM {prices} FINAL
WHERE notEmpty(image_table) AND (provider, version) IN (SELECT provider, max(version) FROM {prices} GROUP BY provider)
GROUP BY provider, model`,
      lifetimeSeconds: [240, 360],
    },
    { kind: 'view', name: 'call_parts', select: callParts },
    { kind: 'view', name: 'attempt_prices', select: attemptPrices },
  ],
}
