import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../../contract/config/load.ts'
import { loadShippedCatalog } from '../../contract/prices/catalog.ts'
import { createRegistry } from '../../sidecar/providers/registry.ts'
import { buildSnapshot } from '../../sidecar/snapshot.ts'
import { copyConfig } from './copy.ts'
import { paceOf } from './pace.ts'

const environment = { OPENAI_API_KEY: 'sk-own', PASSWORD: 'p', GATE: 'g', CALLER: 'a'.repeat(64) }
const yaml = `
listen: 0.0.0.0:4100
warehouse: { url: 'http://user:\${PASSWORD}@warehouse:8123' }
providers:
  openai: { kind: openai, keyEnv: OPENAI_API_KEY, headers: { x-gate: '\${GATE}' }, timeouts: { connect: 4s } }
  eu: { kind: anthropic, region: eu, targets: [{ keyEnv: A_KEY, region: eu }, { keyEnv: B_KEY, baseUrl: 'https://b' }] }
routes:
  slow:
    candidates:
      - { provider: openai, model: gpt-4o, timeouts: { headers: 1m } }
      - { provider: eu, model: claude-sonnet-5 }
    timeouts: { firstToken: 500ms, idle: 20s, total: 2m }
    hedge: { after: 40s }
    recovery: { holdBack: 20s }
    require: { regions: [eu] }
  brisk: { candidates: [{ provider: openai, model: gpt-4o }], timeouts: { headers: 100ms, total: 2s } }
keys: [{ name: app, hashEnv: CALLER, requestsPerMinute: 1, budget: { usd: 1, per: day } }]
`
const { config } = parseConfig(yaml, 'test.yaml', environment)
const origins = new Map([
  ['openai', 'http://127.0.0.1:5001'],
  ['eu', 'http://127.0.0.1:5002'],
])
const copy = copyConfig(config, { origins, stateDir: '/nowhere' })

function routeOf(name: string) {
  const registry = createRegistry({ fetchToken: async () => '', nowMs: () => 0, simulatedOrigin: '' })
  const snapshot = buildSnapshot(copy.config, {
    environment: copy.environment,
    catalog: loadShippedCatalog(),
    registry,
  })
  return snapshot.routes.get(name) ?? assert.fail(name)
}

test('nothing in the copy leads out of this machine, and no secret is in it', () => {
  const text = JSON.stringify([copy.config, copy.environment])
  for (const secret of ['sk-own', 'user:p', '"g"', 'https://b', 'warehouse:8123', 'a'.repeat(64), '0.0.0.0'])
    assert.equal(text.includes(secret), false, secret)
  assert.equal(copy.config.providers['openai']?.baseUrl, 'http://127.0.0.1:5001/v1')
  assert.deepEqual(
    copy.config.providers['eu']?.targets?.map(({ baseUrl, region }) => [baseUrl, region]),
    [
      ['http://127.0.0.1:5002', 'eu'],
      ['http://127.0.0.1:5002', undefined],
    ],
  )
})

test('waits run faster in proportion, none under a quarter of a second that was longer', () => {
  assert.equal(paceOf(config, config.routes['slow']), 40)
  const { timeouts, candidates, hedge, recovery } = routeOf('slow')
  assert.deepEqual(timeouts, {
    ...{ connectMs: 10_000, headersMs: 375, firstTokenMs: 250, idleMs: 500, attemptMs: 1500, totalMs: 3000 },
  })
  assert.equal(candidates[0]?.timeouts.headersMs, 1500)
  assert.equal(candidates[1]?.timeouts.headersMs, 375)
  assert.equal(hedge?.after, 1000)
  assert.deepEqual(recovery.holdBack, { kind: 'time', ms: 500 })
})

test('what is short already stays as it is', () => {
  assert.equal(paceOf(config, config.routes['brisk']), 1)
  const { timeouts } = routeOf('brisk')
  assert.deepEqual([timeouts.headersMs, timeouts.totalMs], [100, 2000])
})

test('the rest of a route is kept, and callers have a key that is theirs alone', () => {
  assert.deepEqual(routeOf('slow').regions, ['eu'])
  const [key] = copy.config.keys
  assert.match(copy.environment[key?.hashEnv ?? ''] ?? '', /^[0-9a-f]{64}$/)
  assert.deepEqual([key?.requestsPerMinute, key?.budget], [undefined, undefined])
})
