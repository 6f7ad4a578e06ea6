import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../../contract/config/load.ts'
import { loadShippedCatalog } from '../../contract/prices/catalog.ts'
import { applyOverrides } from '../../contract/prices/overrides.ts'
import { usageOf } from '../../contract/usage.ts'
import { createRegistry } from '../providers/registry.ts'
import { buildCandidate } from '../routing/candidate.ts'
import { buildSnapshot } from '../snapshot.ts'
import { priceCall } from './price.ts'

const yaml = `providers:
  openai: { kind: openai }
  router: { kind: openai-compatible, host: openrouter }
  vertex: { kind: vertex, project: p, location: global }
`
const { config } = parseConfig(yaml, 'test.yaml', {})
const { catalog } = applyOverrides(loadShippedCatalog(), undefined, config)
const registry = createRegistry({
  fetchToken: () => Promise.reject(new Error('no network')),
  nowMs: Date.now,
  simulatedOrigin: '',
})
const snapshot = buildSnapshot(config, { environment: {}, catalog, registry })

function priced(name: string, model: string, modelReported: string) {
  const provider = snapshot.providers.get(name)!
  const candidate = buildCandidate({ id: 'c', provider, model, catalog, timeouts: snapshot.timeouts })
  const usage = usageOf({ input: 1_000_000 })
  const atMs = Date.UTC(2026, 10, 20, 12)
  return priceCall({ catalog, candidate, usage, atMs, modelReported, body: undefined })
}

for (const [name, asked, reported, row, usd] of [
  ['openai', 'gpt-4o', 'gpt-4o-2024-05-13', 'gpt-4o-2024-05-13', '5'],
  ['openai', 'gpt-4o', 'gpt-4o-2031-01-01', 'gpt-4o', '2.5'],
  ['openai', 'gpt-4o', 'something-else', 'gpt-4o', '2.5'],
  ['openai', 'gpt-4o', '', 'gpt-4o', '2.5'],
  ['router', 'openrouter/auto', 'openai/gpt-4o', 'openai/gpt-4o', '2.5'],
] as const) {
  test(`${asked} answered by ${reported || 'nobody in particular'} costs what ${row} costs`, () => {
    const call = priced(name, asked, reported)
    assert.deepEqual([call.priced.model, call.costText], [row, usd])
  })
}

test('a model without any row stays unpriced, whatever it calls itself', () => {
  const call = priced('openai', 'nobody', 'nobody-2026-01-01')
  assert.deepEqual([call.priced.model, call.costText], ['', null])
})
