import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killHop } from '../testing/hop.ts'

test('receiver, shippers and warehouse killed under load: no record is lost, none is doubled', async (t) => {
  const { written, kills } = await killHop({ sidecars: 2, rounds: 1, seed: 5 })
  t.diagnostic(`${written} records, ${kills} kills`)
  assert.ok(written > 50, `only ${written} records were written`)
})
