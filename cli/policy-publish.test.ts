import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parseConfig } from '../contract/config/load.ts'
import { isRefusal, readPolicy } from '../contract/policy/read.ts'
import { policyKeys } from '../testing/policies.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { runPolicy } from './policy.ts'
import { draftFrom, PolicyProblem, type PublishAsk, publishPolicy, soundPolicy } from './policy-publish.ts'

const yaml = (more = '') => `
providers: { p: { kind: simulated, prices: free } }
routes: { r: { segmentBy: [feature], candidates: [{ id: a, provider: p, model: sim-fast }, { id: b, provider: p, model: sim-slow }] } }
policy: { source: file ${more} }
`
const draft = (own: object = {}) =>
  draftFrom(JSON.stringify({ route: 'r', default: { a: 0.8, b: 0.2 }, ...own }), undefined)

async function fixture(more = '') {
  const folder = await tempDir()
  const { config: parsed } = parseConfig(yaml(more), 'test', {})
  const config = {
    ...parsed,
    stateDir: folder.file('state'),
    policy: { ...parsed.policy, dir: folder.file('policy') },
  }
  return {
    folder,
    config,
    publish: (own: Partial<PublishAsk> = {}) =>
      publishPolicy({
        config,
        draft: draft(),
        signKey: undefined,
        by: { reason: '' },
        isDryRun: false,
        ...own,
      }),
    written: async () => {
      const read = readPolicy(await readFile(folder.file('policy/r.json'), 'utf8'))
      assert.ok(!isRefusal(read))
      return read.document
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

test('whoever publishes weights for a route that does not draw by them hears it', () => {
  const notes = (strategy: string) =>
    soundPolicy(
      parseConfig(yaml().replace('r: { ', `r: { strategy: ${strategy}, `), 'test', {}).config,
      draft(),
    ).notes
  assert.deepEqual(notes('weighted'), [])
  assert.deepEqual(notes('cheapest'), ['route r is cheapest: these weights are not used (its evidence is)'])
  assert.deepEqual(notes('ordered'), ['route r is ordered: these weights are not used (nor is its evidence)'])
})

test('two weights are enough: the rest is filled in, and the next version follows the last', async () => {
  await using f = await fixture()
  await f.publish()
  const first = await f.written()
  assert.deepEqual(
    [first.version, first.parent, first.salt_id, [...first.segment_by]],
    [1, 0, 's1', ['feature']],
  )
  await f.publish({ draft: draft({ default: { b: 1 }, salt_id: 's2', version: 77, id: 'x' }) })
  await f.publish()
  const third = await f.written()
  assert.deepEqual([third.version, third.parent, third.salt_id], [3, 2, 's2'])
})

test('a version is never one that this sidecar had in force already', async () => {
  await using f = await fixture()
  await f.publish()
  await f.publish()
  const text = await readFile(f.folder.file('policy/r.json'), 'utf8')
  await mkdir(f.folder.file('state/policy'), { recursive: true })
  await writeFile(f.folder.file('state/policy/r.json'), text)
  await writeFile(f.folder.file('policy/r.json'), 'lost')
  assert.equal((await f.publish()).document.version, 3)
})

test('with a key configured what is not signed by it is not published', async () => {
  const keys = policyKeys()
  await using f = await fixture(`, publicKey: ${keys.publicText}`)
  await assert.rejects(f.publish(), /sidecars would refuse it: it is not signed/)
  await assert.rejects(f.publish({ signKey: policyKeys().seedText }), /not one of the configured key/)
  await assert.rejects(f.publish({ signKey: 'sesame' }), /no Ed25519 private key/)
  await f.publish({ signKey: keys.seedText })
  const read = readPolicy(await readFile(f.folder.file('policy/r.json'), 'utf8'), keys.publicKey)
  assert.ok(!isRefusal(read))
})

test('a dry run publishes nothing', async () => {
  await using f = await fixture()
  const { document } = await f.publish({ isDryRun: true })
  assert.equal(document.version, 1)
  await assert.rejects(f.written(), /ENOENT/)
})

test('what is wrong is said in words, and what may be a slip is noted', async () => {
  const { config } = parseConfig(yaml(), 'test', {})
  const problem = (text: string, route?: string) => () => soundPolicy(config, draftFrom(text, route))
  assert.throws(problem('{'), new PolicyProblem('it is not JSON'))
  assert.throws(problem('[]'), new PolicyProblem('it is no JSON object'))
  assert.throws(problem('{}'), /names no route/)
  assert.throws(problem('{"route":"r"}', 's'), /another route/)
  assert.throws(problem('{"route":"r"}'), /`default` is no object/)
  assert.throws(problem('{"default":{"a":0.5}}', 'r'), /`default`: the weights do not sum to 1/)
  assert.throws(
    problem('{"route":"r","default":{"c":1}}'),
    /none of its candidates is one of the route: a, b/,
  )
  const { notes } = soundPolicy(config, draft({ segment: {}, default: { a: 0.5, c: 0.5 } }))
  assert.deepEqual(notes, [
    '"segment" is no field of a policy; it stays and means nothing',
    'not named, so they get nothing: b',
    'not configured, so they get nothing: c',
  ])
})

test('what another configuration may have is a misfit here', () => {
  const { config } = parseConfig(yaml(), 'test', {})
  const misfits = (own: object) => [...soundPolicy(config, draft(own)).misfits]
  assert.deepEqual(misfits({ default: { a: 1 } }), [])
  assert.deepEqual(misfits({ default: { a: 0.5, c: 0.5 } }), ['not configured, so they get nothing: c'])
  assert.deepEqual(misfits({ route: 's' }), ['no route of this configuration is called s'])
  assert.deepEqual(misfits({ route: 'auto' }), [])
})

test('check ends with 1 where a policy does not fit, publish says that no warehouse is there', async (t) => {
  await using folder = await tempDir()
  const said: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => said.push(text))
  t.mock.method(process.stdout, 'write', () => true)
  const own = '\nwarehouse: { url: http://127.0.0.1:1 }'
  await writeFile(folder.file('sidelight.yaml'), yaml().replace('source: file', 'source: warehouse') + own)
  await writeFile(folder.file('fits.json'), '{"route": "r", "default": {"a": 1}}')
  await writeFile(folder.file('other.json'), '{"route": "s", "default": {"a": 1}}')
  const policy = (action: string, file: string) =>
    runPolicy([action, folder.file(file), '--config', folder.file('sidelight.yaml')], {})
  assert.equal(await policy('check', 'fits.json'), 0)
  assert.equal(await policy('check', 'other.json'), 1)
  await assert.rejects(
    policy('publish', 'fits.json'),
    /the warehouse at http:\/\/127\.0\.0\.1:1 did not answer: nothing listens there; is it running\?/,
  )
})
