/** Distinct units of the draw are counted in so many groups; their spread is what the interval rests on. */
const groups = 64
const rowsMin = 30
const groupsMin = 20

/** Whoever was drawn by chance, answered at once and said what it used. */
const drawn = `
SELECT route, segment, own_index, first, second, group_number, count() AS n,
  sum(weight) AS weights, sum(weight * bytes) AS bytes, sum(weight * input) AS inputs, sum(weight * output) AS outputs
FROM (
  SELECT toString(r.route) AS route, toString(r.segment) AS segment, toString(r.candidate_served) AS own,
    arrayJoin(arrayFilter((other, chance) -> chance > 0 AND other != own, arrayMap(id -> toString(id), r.candidates), r.probabilities)) AS other,
    least(own, other) AS first, greatest(own, other) AS second, own = second AS own_index,
    cityHash64(r.unit_hash) % ${groups} AS group_number, 1 / r.propensity AS weight,
    toFloat64(r.request_bytes) AS bytes, toFloat64(r.input_tokens) AS input, toFloat64(r.output_tokens) AS output
  FROM {requests} AS r
  WHERE r.role = 'primary' AND r.status = 'ok' AND r.usage_source = 'provider' AND r.override_source = ''
    AND r.attempt_count = 1 AND r.candidate_served = r.candidate_assigned AND r.propensity > 0 AND r.propensity < 1
    AND r.request_bytes > 0
)
GROUP BY route, segment, own_index, first, second, group_number`

/** Of a ratio of sums over groups: its value, and the variance of its logarithm. */
const ratioOf = (name: string, base: string) => {
  const at = (column: string) => `groupArray(${column})`
  return `
    sum(${name}) / sum(${base}) AS ${name}_ratio,
    count() / (count() - 1) * arraySum((a, b) -> pow(a - ${name}_ratio * b, 2), ${at(name)}, ${at(base)})
      / pow(sum(${name}), 2) AS ${name}_variance`
}

// Student's factor for 95 % comes so close to this from 19 degrees of freedom on that nobody would see it.
const factor = (degrees: string) => `(1.96 + 2.4 / (${degrees}))`

/** How many tokens a candidate makes of the same text, and how much it says, against each other candidate. */
export const candidateRatios = `
WITH sides AS (
  SELECT route, segment, first, second, own_index, sum(n) AS requests, count() AS groups,${ratioOf('inputs', 'bytes')},${ratioOf('outputs', 'weights')}
  FROM (${drawn})
  GROUP BY route, segment, first, second, own_index
  HAVING requests >= ${rowsMin} AND groups >= ${groupsMin} AND sum(inputs) > 0 AND sum(outputs) > 0
),
compared AS (
  SELECT route, segment, first, second, sum(requests) AS n, min(groups) - 1 AS degrees,
    log(anyIf(inputs_ratio, own_index = 1) / anyIf(inputs_ratio, own_index = 0)) AS input_change,
    log(anyIf(outputs_ratio, own_index = 1) / anyIf(outputs_ratio, own_index = 0)) AS output_change,
    sqrt(sum(inputs_variance)) AS input_error, sqrt(sum(outputs_variance)) AS output_error
  FROM sides
  GROUP BY route, segment, first, second
  HAVING count() = 2
),
randomised AS (
  SELECT route, segment, arrayJoin([(first, second, 1), (second, first, -1)]) AS way, way.1 AS candidate, way.2 AS other,
    'randomised' AS basis, n, degrees, input_change * way.3 AS input_log, output_change * way.3 AS output_log,
    input_error, output_error
  FROM compared
),
pairs AS (
  SELECT toString(p.route) AS route, toString(p.segment) AS segment, toString(p.candidate_served) AS candidate,
    s.other AS other, cityHash64(p.unit_hash) % ${groups} AS group_number, count() AS n,
    sum(toFloat64(p.input_tokens)) AS own_inputs, sum(toFloat64(p.output_tokens)) AS own_outputs,
    sum(s.input) AS inputs, sum(s.output) AS outputs
  FROM {requests} AS p
  GLOBAL ANY INNER JOIN (
    SELECT toUUIDOrZero(pair_id) AS request_id, toString(candidate_served) AS other,
      toFloat64(input_tokens) AS input, toFloat64(output_tokens) AS output
    FROM {requests} WHERE role = 'shadow' AND status = 'ok' AND usage_source = 'provider'
  ) AS s ON s.request_id = p.request_id
  WHERE p.role = 'primary' AND p.status = 'ok' AND p.usage_source = 'provider' AND p.attempt_count = 1
    AND candidate != other
  GROUP BY route, segment, candidate, other, group_number
),
shadowed AS (
  SELECT route, segment, candidate, other, 'shadow' AS basis, sum(n) AS requests, count() - 1 AS degrees,${ratioOf('inputs', 'own_inputs')},${ratioOf('outputs', 'own_outputs')},
    log(inputs_ratio) AS input_log, log(outputs_ratio) AS output_log,
    sqrt(inputs_variance) AS input_error, sqrt(outputs_variance) AS output_error
  FROM pairs
  GROUP BY route, segment, candidate, other
  HAVING requests >= ${rowsMin} AND count() >= ${groupsMin} AND sum(inputs) > 0 AND sum(outputs) > 0
    AND sum(own_inputs) > 0 AND sum(own_outputs) > 0
)
-- The same prompt answered by both says more than prompts that were dealt out to one or the other.
SELECT route, segment, candidate, other, basis, n, exp(input_log) AS input_ratio, exp(output_log) AS output_ratio,
  exp(input_log - ${factor('degrees')} * input_error) AS input_low, exp(input_log + ${factor('degrees')} * input_error) AS input_high,
  exp(output_log - ${factor('degrees')} * output_error) AS output_low, exp(output_log + ${factor('degrees')} * output_error) AS output_high
FROM (
  SELECT route, segment, candidate, other, basis, requests AS n, degrees, input_log, output_log, input_error, output_error FROM shadowed
  UNION ALL
  SELECT route, segment, candidate, other, basis, n, degrees, input_log, output_log, input_error, output_error FROM randomised
)
ORDER BY basis = 'shadow' DESC
LIMIT 1 BY route, segment, candidate, other`
