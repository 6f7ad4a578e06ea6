import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptColumns, requestColumns, schemaVersion } from './record.ts'
import { writtenTables } from './tables/written.ts'
import { tokenColumns } from './usage.ts'

/** What dashboards, exports and users rely on; `ingested_at` is added by the warehouse. */
const fixedRequestColumns = `ts request_id seq sidecar_id app team env customer tier feature session prompt_name
prompt_version prompt_fingerprint tags dialect endpoint route segment streamed role pair_id policy_version policy_role
candidates probabilities excluded draw_u draw_n unit_hash candidate_assigned propensity candidate_served provider model
attempt_count fallback_used cache cache_score cache_saved_usd input_tokens cached_input_tokens cache_write_tokens
output_tokens reasoning_tokens usage_source cost_usd baseline_usd price_valid_from quality pii_counts pii_action
guard_verdict status http_status error_code finish_reason duration_ms first_token_ms overhead_us dropped_fields`

const fixedAttemptColumns = `ts request_id attempt provider model region outcome http_status error_code duration_ms
first_token_ms input_tokens cached_input_tokens cache_write_tokens output_tokens cost_usd upstream_request_id`

const tables = writtenTables

test('every column that others rely on is there', () => {
  for (const [fixed, columns] of [
    [fixedRequestColumns, requestColumns],
    [fixedAttemptColumns, attemptColumns],
  ] as const) {
    const missing = fixed.split(/\s+/).filter((name) => !(name in columns))
    assert.deepEqual(missing, [])
  }
})

test('a column is snake_case and says in one line what it means', () => {
  for (const [table, columns] of Object.entries(tables)) {
    for (const [name, { meaning }] of Object.entries(columns)) {
      assert.match(name, /^[a-z]+[a-z0-9]*(_[a-z0-9]+)*$/, `${table}.${name}`)
      assert.match(meaning, /^\S.{3,118}\S$/, `${table}.${name}`)
    }
  }
})

test('money may be unknown, and says that it is dollars', () => {
  for (const columns of Object.values(tables)) {
    for (const [name, column] of Object.entries(columns)) {
      const isMoney = column.type === 'money?' || (column.type as string) === 'money'
      assert.equal(name.endsWith('_usd'), isMoney, name)
      if (isMoney) assert.equal('unit' in column ? column.unit : '', 'USD', name)
    }
  }
})

test('a name that ends in a unit has that unit', () => {
  const units = { _ms: 'ms', _us: 'µs', _tokens: 'tokens', _bytes: 'bytes' }
  for (const columns of Object.values(tables)) {
    for (const [name, column] of Object.entries(columns)) {
      const unit = Object.entries(units).find(([ending]) => name.endsWith(ending))?.[1]
      if (unit !== undefined) assert.equal('unit' in column ? column.unit : '', unit, name)
    }
  }
})

test('token totals have a column each', () => {
  for (const name of Object.keys(tokenColumns(undefined))) assert.ok(name in requestColumns, name)
})

test('the version fits its column', () => {
  assert.ok(Number.isInteger(schemaVersion) && schemaVersion >= 1 && schemaVersion <= 255)
})
