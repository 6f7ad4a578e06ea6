import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare } from './compare.ts'
import type { Amounts, UsageLine } from './figures.ts'
import { jsonReport, textReport } from './report.ts'

const line = (day: string, model: string, amounts: Amounts): UsageLine => ({ day, model, amounts })
const exact = { numerator: 0n, denominator: 1n }
const figures = ['input_tokens', 'cost_usd'] as const
const usd = 10n ** 12n

function compared(ledger: UsageLine[], exported: UsageLine[], tolerance = exact) {
  return compare({ ledger, export: exported, figures, tolerance })
}

const day = '2026-11-20'

test('lines of one model and day are added up, aliases and dates are one model', () => {
  const ledger = [
    line(day, 'gpt-4o-mini', { input_tokens: 10n, cost_usd: usd }),
    line(day, 'gpt-4o-mini-2024-07-18', { input_tokens: 5n, cost_usd: usd }),
  ]
  const exported = [line(day, 'GPT-4o-mini-2024-07-18', { input_tokens: 15n, cost_usd: 2n * usd })]
  const { lines, isEqual } = compared(ledger, exported)
  assert.equal(isEqual, true)
  assert.deepEqual(
    lines.map(({ model }) => model),
    ['gpt-4o-mini'],
  )
})

test('what only one side has differs, and is named', () => {
  const comparison = compared(
    [line(day, 'a', { input_tokens: 1n, cost_usd: 0n })],
    [line('2026-11-21', 'b', { input_tokens: 2n, cost_usd: usd })],
  )
  assert.equal(comparison.isEqual, false)
  const report = textReport(reported(comparison), false)
  assert.match(report, /^only in the ledger: 2026-11-20 a$/m)
  assert.match(report, /^only in the export: 2026-11-21 b$/m)
  assert.match(report, /2 of 2 lines differ$/)
})

test('an export that does not tell models apart is compared by day', () => {
  const ledger = ['a', 'b'].map((model) => line(day, model, { input_tokens: 5n, cost_usd: usd }))
  assert.equal(compared(ledger, [line(day, '', { input_tokens: 10n, cost_usd: 2n * usd })]).isEqual, true)
})

test('a tolerance is a share of the larger figure; rounding of floats is no difference', () => {
  const ledger = [line(day, 'a', { input_tokens: 1000n, cost_usd: usd })]
  const near = [line(day, 'a', { input_tokens: 1005n, cost_usd: usd + 900_000n })]
  assert.equal(compared(ledger, near).isEqual, false)
  assert.deepEqual(compared(ledger, near).lines[0]?.differing, ['input_tokens'])
  assert.equal(compared(ledger, near, { numerator: 5n, denominator: 1000n }).isEqual, true)
  assert.equal(compared(ledger, near, { numerator: 4n, denominator: 1000n }).isEqual, false)
})

function reported(comparison: ReturnType<typeof compared>) {
  const range = { since: day, until: '2026-11-21', tolerance: '0', notes: ['note: x'] }
  return { comparison, format: 'plain columns', providers: ['openai'], ...range }
}

test('the table shows what differs and the sums, with `all` everything', () => {
  const comparison = compared(
    [line(day, 'a', { input_tokens: 1_234_567n, cost_usd: usd / 4n })],
    [line(day, 'a', { input_tokens: 1_234_560n, cost_usd: usd / 4n })],
  )
  const [, , head, first, ...rest] = textReport(reported(comparison), false).split('\n')
  assert.match(head ?? '', /^day +model +figure +ledger +export +difference$/)
  assert.match(first ?? '', /^2026-11-20 +a +input_tokens +1,234,567 +1,234,560 +7$/)
  assert.match(rest.join('\n'), /^all +cost_usd +0.25 +0.25 +0$/m)
  assert.match(textReport(reported(comparison), true), /^2026-11-20 +a +cost_usd +0.25 +0.25 +0$/m)
})

test('for programs money and counts are text', () => {
  const comparison = compared(
    [line(day, 'a', { input_tokens: 2n, cost_usd: 5n })],
    [line(day, 'b', { input_tokens: 0n })],
  )
  assert.deepEqual((jsonReport(reported(comparison)) as { lines: unknown[] }).lines[0], {
    day,
    model: 'a',
    names: ['a'],
    ledger: { input_tokens: '2', cost_usd: '0.000000000005' },
    export: null,
    difference: { input_tokens: '2', cost_usd: '0.000000000005' },
    differing: ['input_tokens'],
  })
})
