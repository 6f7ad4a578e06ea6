import { test } from 'node:test'
import { runMixed } from '../testing/mixed-run.ts'

const count = Number(process.env['COUNT'] ?? 10_000)

test(`${count} requests of every kind at 64 at once: each is one row, tokens and cost are those of the providers`, async (t) => {
  t.diagnostic(await runMixed(count))
})
