import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killHop } from '../testing/hop.ts'

const rounds = Number(process.env['ROUNDS'] ?? 20)
const sidecars = 5

test(`receiver, ${sidecars} shippers and warehouse killed ${rounds} times each under load: nothing lost, nothing doubled`, async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  const { written, kills } = await killHop({ sidecars, rounds, seed })
  t.diagnostic(`${written} records, ${kills} kills`)
  assert.ok(written > 100 * rounds, `only ${written} records were written`)
})
