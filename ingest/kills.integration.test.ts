import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killRounds } from '../testing/kills.ts'

test('sidecar, shipper and warehouse killed under load: no acknowledged record is lost, none is doubled', async (t) => {
  const { acknowledged, rows } = await killRounds({ rounds: 1, seed: 1, callers: 4 })
  t.diagnostic(`${acknowledged} acknowledged, ${rows} rows`)
  assert.ok(acknowledged > 5, `only ${acknowledged} requests got through`)
})
