import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../../contract/config/load.ts'
import { GatewayError } from '../../contract/errors.ts'
import { loadShippedCatalog } from '../../contract/prices/catalog.ts'
import { createRegistry } from '../providers/registry.ts'
import { buildSnapshot, type Snapshot } from '../snapshot.ts'
import { routeWithoutModel } from './default-provider.ts'
import { near, resolveModel } from './resolve.ts'
import { usualModels } from './usual-models.ts'

const catalog = loadShippedCatalog()

function snapshotOf(yaml: string): Snapshot {
  const registry = createRegistry({
    fetchToken: () => Promise.reject(new Error('no network')),
    nowMs: Date.now,
    simulatedOrigin: 'http://127.0.0.1:1',
  })
  return buildSnapshot(parseConfig(yaml, 'test.yaml', {}).config, { environment: {}, catalog, registry })
}

type Ask = Parameters<typeof resolveModel>[1]

const ask = (own: Partial<Ask>): Ask => ({ model: '', route: '', provider: '', allowed: undefined, ...own })

const served = (snapshot: Snapshot, model: string) =>
  resolveModel(snapshot, ask({ model })).route.candidates.map((candidate) => candidate.servedBy)

function refusal(snapshot: Snapshot, own: Partial<Ask>): GatewayError {
  try {
    resolveModel(snapshot, ask(own))
  } catch (error) {
    if (error instanceof GatewayError) return error
  }
  throw new Error('it was resolved')
}

test('a name is a route, else a built-in route, else provider/model, else what one provider alone offers', () => {
  const snapshot = snapshotOf(`
providers:
  p: { kind: openai, models: [m, both] }
  q: { kind: anthropic, models: [n, both] }
routes:
  m: { candidates: [{ provider: q, model: n }] }
  auto-fastest: { candidates: [{ provider: p, model: m }] }
`)
  assert.deepEqual(served(snapshot, 'm'), ['q/n'])
  assert.deepEqual(served(snapshot, 'auto-fastest'), ['p/m'])
  assert.deepEqual(served(snapshot, 'auto'), ['q/n', 'p/m'])
  assert.deepEqual(served(snapshot, 'p/m'), ['p/m'])
  assert.deepEqual(served(snapshot, 'p/a/b'), ['p/a/b'])
  assert.deepEqual(served(snapshot, 'n'), ['q/n'])
  assert.equal(refusal(snapshot, { model: 'both' }).code, 'ambiguous_model')
  assert.equal(refusal(snapshot, { model: 'x/m' }).code, 'unknown_model')
})

test('without routes auto asks what the providers list, else their usual model', () => {
  const snapshot = snapshotOf(`
providers:
  openai: { kind: openai }
  mine: { kind: openai-compatible, baseUrl: http://127.0.0.1:1/v1, models: [a, b] }
  unlisted: { kind: openai-compatible, baseUrl: http://127.0.0.1:1/v1 }
  simulated: { kind: simulated }
`)
  assert.deepEqual(served(snapshot, 'auto'), [`openai/${usualModels['openai']}`, 'mine/a', 'mine/b'])
})

test('the simulated provider never stands in for a real one: it answers to its own names', () => {
  const unlisted = snapshotOf(`
providers:
  unlisted: { kind: openai-compatible, baseUrl: http://127.0.0.1:1/v1 }
  simulated: { kind: simulated }
`)
  for (const model of ['auto', 'auto-cheapest', 'gpt-4o']) {
    const refused = refusal(unlisted, { model })
    assert.equal(refused.code, 'unknown_model')
    assert.match(refused.message, /simulated\/sim-fast/)
  }
  assert.deepEqual(served(unlisted, 'simulated/sim-fast'), ['simulated/sim-fast'])
  assert.deepEqual(served(unlisted, 'simulated/gpt-4o'), ['simulated/gpt-4o'])
})

test('paths that name no model go to a provider of their dialect, to the simulated one only where it is alone', () => {
  const mixed = snapshotOf('providers: { sim: { kind: simulated }, o: { kind: openai } }')
  const alone = snapshotOf('providers: { sim: { kind: simulated } }')
  const asked = (snapshot: Snapshot, dialect: 'chat' | 'messages', provider = '') =>
    routeWithoutModel(snapshot, { provider, dialect }).name
  assert.equal(asked(mixed, 'chat'), 'o')
  assert.throws(() => asked(mixed, 'messages'), /x-sidelight-provider/)
  assert.equal(asked(mixed, 'messages', 'sim'), 'sim')
  assert.equal(asked(alone, 'messages'), 'sim')
})

test('alone, the simulated provider answers to every model there is, and a name nobody knows is a 404', () => {
  const snapshot = snapshotOf('providers: { simulated: { kind: simulated } }')
  assert.deepEqual(served(snapshot, 'auto'), ['simulated/sim-fast'])
  for (const model of ['gpt-4o', 'gpt-4o-mini-2024-07-18', 'claude-sonnet-5', 'gemini-2.5-flash', 'sim-new'])
    assert.deepEqual(served(snapshot, model), [`simulated/${model}`])
  assert.deepEqual(served(snapshot, 'gpt-4o;status=503'), ['simulated/gpt-4o;status=503'])
  const refused = refusal(snapshot, { model: 'smi-fast' })
  assert.equal(refused.status, 404)
  assert.match(refused.message, /near names: simulated\/sim-fast/)
})

test('usual models are chat models with tools of the catalog that nobody has withdrawn', () => {
  for (const [provider, model] of Object.entries(usualModels)) {
    const known = catalog.find(provider, model)
    assert.equal(known?.mode, 'chat', `${provider}/${model}`)
    assert.ok(known?.caps.includes('tools'), `${provider}/${model}`)
    assert.equal(known?.deprecated, undefined, `${provider}/${model}`)
  }
})

test('near names are said once each', () => {
  assert.equal(near('aut', ['auto', 'auto', 'auto-best']), 'auto, auto-best')
})

test('near names are those that the key may use, and no others', () => {
  const snapshot = snapshotOf(`
providers:
  acme: { kind: openai, models: [secret-model] }
  other: { kind: openai, models: [secret-model] }
routes:
  support: { candidates: [{ provider: acme, model: m }] }
  secret: { candidates: [{ provider: acme, model: m }] }
`)
  const allowed = new Set(['support', 'acme/cheap'])
  const asks: Partial<Ask>[] = [
    { model: 'secre' },
    { model: 'secret-model' },
    { route: 'secre' },
    { model: 'm', provider: 'acm' },
  ]
  for (const own of asks) {
    assert.match(refusal(snapshot, own).message, /secret|acme/)
    const { message, status } = refusal(snapshot, { ...own, allowed })
    assert.equal(status, 404)
    assert.doesNotMatch(message, /secret|other/)
  }
  const { message } = refusal(snapshot, { model: 'supprt', allowed })
  assert.match(message, /near names: support, acme\/cheap$/)
})

test('near names are found where the provider was left out, in the catalog too', () => {
  const snapshot = snapshotOf(`
providers: { openai: { kind: openai }, router: { kind: openai-compatible, host: openrouter } }
routes: { support: { candidates: [{ provider: openai, model: m }] } }
`)
  assert.match(refusal(snapshot, { model: 'gpt-4o-mimi' }).message, /near names: openai\/gpt-4o-mini, /)
  assert.match(refusal(snapshot, { model: 'opnai/gpt-4o-mini' }).message, /near names: openai\/gpt-4o-mini, /)
  assert.match(refusal(snapshot, { model: 'suport' }).message, /near names: support, /)
})
