import { test } from 'node:test'
import { runMixed } from '../testing/mixed-run.ts'

test('200 requests of every kind at 64 at once: each is one row, tokens and cost are those of the providers', async (t) => {
  t.diagnostic(await runMixed(200))
})
