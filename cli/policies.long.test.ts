import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { writePolicyFile } from '../contract/policy/files.ts'
import type { ReadPolicy } from '../contract/policy/read.ts'
import type { PolicyDocument } from '../contract/policy.ts'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import { appendPolicy } from '../ingest/policies.ts'
import { type FakeUpstream, fakeUpstream, httpJson } from '../testing/fake-upstream.ts'
import { policyKeys, testPolicy } from '../testing/policies.ts'
import { nodeCommand, type Spawned, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { startTestWarehouse, type TestWarehouse } from '../testing/warehouse.ts'
import { chatWire } from '../testing/wires.ts'

const main = join(import.meta.dirname, 'main.ts')
const keys = policyKeys()
/** Several processes start on a machine that does other things as well. */
const startMs = 60_000

let upstream: FakeUpstream

before(async () => {
  upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
})

after(async () => {
  await upstream[Symbol.asyncDispose]()
})

const routes = `
providers: { p: { kind: openai, baseUrl: 'ORIGIN/v1' } }
routes:
  r: { candidates: [{ id: a, provider: p, model: ma, weight: 1 }, { id: b, provider: p, model: mb, weight: 0 }] }
`

interface Started extends AsyncDisposable {
  readonly run: Spawned
  readonly origin: string
  readonly admin: string
}

async function start(folder: string, yaml: string): Promise<Started> {
  await writeFile(join(folder, 'sidelight.yaml'), `${yaml}${routes.replace('ORIGIN', upstream.origin)}`)
  const run = spawnProcess([nodeCommand, main, 'sidecar'], {
    cwd: folder,
    env: { SIDELIGHT_CONFIG: undefined, SIDELIGHT_LISTEN: '127.0.0.1:0', SIDELIGHT_ADMIN: '127.0.0.1:0' },
  })
  try {
    const [, origin = '', admin = ''] = await run.waitFor(
      /serving on (http:\S+), admin on (http:\S+)/,
      startMs,
    )
    return { run, origin, admin, [Symbol.asyncDispose]: async () => void (await run.stop()) }
  } catch (error) {
    await run.stop()
    throw error
  }
}

/** On a connection of its own: each time another worker may answer. */
async function ask(origin: string): Promise<{ version: string; servedBy: string }> {
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(chatWire.body('r', false)),
  })
  await response.text()
  assert.equal(response.status, 200)
  return {
    version: response.headers.get('x-sidelight-policy') ?? '',
    servedBy: response.headers.get('x-sidelight-served-by') ?? '',
  }
}

async function policyOf(admin: string) {
  return (await (await fetch(`${admin}/policy`)).json()) as {
    routes: Record<string, { version: number; source: string; weights: Record<string, number> }>
    source: { kind: string; state: string; code?: string }
    held: unknown[]
  }
}

async function metric(admin: string, name: string): Promise<string[]> {
  const text = await (await fetch(`${admin}/metrics`)).text()
  return text.split('\n').filter((line) => line.startsWith(name))
}

async function eventually(holds: () => Promise<boolean>, what: string, limitMs = 15_000): Promise<number> {
  const startedAt = performance.now()
  while (!(await holds())) {
    assert.ok(performance.now() - startedAt < limitMs, `not within ${limitMs} ms: ${what}`)
    await sleep(20)
  }
  return performance.now() - startedAt
}

const isInForce = (admin: string, version: number) =>
  eventually(async () => (await policyOf(admin)).routes['r']?.version === version, `version ${version}`)

const only = (id: 'a' | 'b') => ({ a: id === 'a' ? 1 : 0, b: id === 'b' ? 1 : 0 })
const signed = (version: number, id: 'a' | 'b', own: Partial<PolicyDocument> = {}) =>
  testPolicy({ version, default: only(id), ...own }, keys.privateKey)

async function publish(warehouse: TestWarehouse, { document, text }: ReadPolicy): Promise<void> {
  await appendPolicy(warehouse.client('writer'), 'sidelight', {
    ts: Date.now(),
    route: document.route,
    version: document.version,
    parent: document.parent,
    policy_id: document.id,
    action: 'publish',
    actor: 'test',
    reason: '',
    run_id: '',
    not_before: 0,
    weights: document.default,
    document: text,
  })
}

test('policies of the warehouse rule two workers: newer ones come into force, bad ones do not, an outage changes nothing', async (t) => {
  await using warehouse = await startTestWarehouse()
  const listen = new URL(warehouse.url).host
  const stateDir = warehouse.stateDir
  const yaml = `
workers: 2
stateDir: ${stateDir}
warehouse: { listen: '${listen}' }
policy: { poll: 300ms, publicKey: ${keys.publicText} }
`
  await using folder = await tempDir()
  {
    await using sidelight = await start(folder.path, yaml)
    const { admin, origin, run } = sidelight

    await t.test(
      'there is no table yet: the weights of the configuration hold, without a complaint',
      async () => {
        await eventually(async () => (await policyOf(admin)).source.state === 'absent', 'absent')
        assert.deepEqual(await ask(origin), { version: '0', servedBy: 'p/ma' })
        assert.deepEqual((await policyOf(admin)).routes['r']?.weights, { a: 1, b: 0 })
        assert.doesNotMatch(run.stderr, /polic/)
      },
    )

    await t.test('a first policy comes into force, in both workers at once', async () => {
      await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database: 'sidelight' })
      await publish(warehouse, signed(1, 'b'))
      await isInForce(admin, 1)
      for (let times = 0; times < 12; times += 1)
        assert.deepEqual(await ask(origin), { version: '1', servedBy: 'p/mb' })
      assert.deepEqual(await metric(admin, 'sidelight_policy_version{route="r"}'), [
        'sidelight_policy_version{route="r"} 1',
      ])
    })

    await t.test(
      'forged, unsigned, torn, older and foreign ones are refused and counted; the last good one holds',
      async () => {
        const forged = testPolicy({ version: 2, default: only('a') }, policyKeys().privateKey)
        const torn = signed(4, 'a')
        const bad = [
          forged,
          testPolicy({ version: 3, default: only('a') }),
          { ...torn, text: torn.text.slice(0, 200) },
          signed(5, 'a', { default: { elsewhere: 1 } }),
          signed(1, 'a'),
        ]
        for (const policy of bad) await publish(warehouse, policy)
        const counted = async () =>
          (await metric(admin, 'sidelight_policy_rejected_total'))
            .map((line) => line.split('reason=')[1])
            .sort()
        const expected = ['"invalid"} 1', '"no_candidate"} 1', '"signature"} 2']
        await eventually(
          async () => JSON.stringify(await counted()) === JSON.stringify(expected),
          'four refusals',
        )
        for (let times = 0; times < 6; times += 1)
          assert.deepEqual(await ask(origin), { version: '1', servedBy: 'p/mb' })
        assert.equal(run.stderr.split('was refused').length - 1, 4)
      },
    )

    await t.test('a rollback is a newer version; one for later waits for its time', async () => {
      await publish(warehouse, signed(6, 'a'))
      await isInForce(admin, 6)
      await publish(warehouse, signed(7, 'b', { not_before: new Date(Date.now() + 3000).toISOString() }))
      await eventually(async () => (await policyOf(admin)).held.length === 1, 'held')
      assert.equal((await policyOf(admin)).routes['r']?.version, 6)
      await isInForce(admin, 7)
      await publish(warehouse, signed(8, 'a', { parent: 6 }))
      await isInForce(admin, 8)
      assert.deepEqual(await ask(origin), { version: '8', servedBy: 'p/ma' })
    })

    await t.test('a worker that is started again has what is in force', async () => {
      const [, pid] = await run.waitFor(/"worker started","worker":1,"pid":(\d+)/)
      process.kill(Number(pid), 'SIGKILL')
      await publish(warehouse, signed(9, 'b'))
      await isInForce(admin, 9)
      await eventually(
        async () => run.stderr.split('"worker started","worker":1').length === 3,
        'a new worker',
        startMs,
      )
      for (let times = 0; times < 12; times += 1)
        assert.deepEqual(await ask(origin), { version: '9', servedBy: 'p/mb' })
    })

    await t.test('the policy of a route that comes with a reload is accepted then', async () => {
      await publish(warehouse, signed(1, 'a', { route: 'later' }))
      await eventually(
        async () =>
          (await metric(admin, 'sidelight_policy_rejected_total{reason="unknown_route"} 1')).length === 1,
        'unknown_route',
      )
      const more = `  later: { candidates: [{ id: a, provider: p, model: ma }, { id: c, provider: p, model: mc }] }\n`
      await writeFile(
        folder.file('sidelight.yaml'),
        `${yaml}${routes.replace('ORIGIN', upstream.origin)}${more}`,
      )
      await eventually(async () => (await policyOf(admin)).routes['later']?.version === 1, 'later', startMs)
    })

    await t.test(
      'an operator publishes two weights as the next version, and sees them in force',
      async () => {
        await writeFile(folder.file('draft.json'), '{"route": "r", "default": {"a": 0, "b": 1}}')
        const env = { SIGN_KEY: keys.seedText, SIDELIGHT_ADMIN: new URL(admin).host }
        const command = (...args: string[]) =>
          spawnProcess([nodeCommand, main, 'policy', ...args], { cwd: folder.path, env })
        const unsigned = command('publish', 'draft.json')
        assert.equal((await unsigned.exit).code, 1)
        assert.match(unsigned.stderr, /draft\.json: sidecars would refuse it: it is not signed/)
        const published = command('publish', 'draft.json', '--sign-key-env', 'SIGN_KEY', '--reason', 'a test')
        assert.equal((await published.exit).code, 0, published.stderr)
        assert.match(
          published.stdout,
          /^published to sidelight\.routing_policies: route r, version 10, .*signed/,
        )
        await isInForce(admin, 10)
        const shown = command('show')
        assert.equal((await shown.exit).code, 0, shown.stderr)
        assert.match(
          shown.stdout,
          /^r: version 10 \(warehouse, \d+ s old\), weighted\n {2}default +a 0 {3}b 1$/m,
        )
      },
    )

    await t.test('with the warehouse down requests are answered under the last good policy', async () => {
      warehouse.process.signal('SIGTERM')
      await warehouse.process.exit
      await eventually(async () => (await policyOf(admin)).source.state === 'down', 'down')
      assert.deepEqual(await ask(origin), { version: '10', servedBy: 'p/mb' })
      assert.deepEqual(await metric(admin, 'sidelight_policy_source_up'), [
        'sidelight_policy_source_up{source="warehouse"} 0',
      ])
    })
  }

  await t.test('so it is after a start without the warehouse, from the first request on', async () => {
    await writeFile(join(stateDir, 'policy', 'later.json'), '{"torn')
    await using sidelight = await start(folder.path, yaml)
    assert.deepEqual(await ask(sidelight.origin), { version: '10', servedBy: 'p/mb' })
    const { routes: found } = await policyOf(sidelight.admin)
    assert.equal(found['r']?.source, 'last_good')
    assert.deepEqual(await metric(sidelight.admin, 'sidelight_policy_rejected_total'), [
      'sidelight_policy_rejected_total{reason="invalid"} 1',
    ])
  })
})

test('policies of a folder come into force as they are written', async () => {
  await using folder = await tempDir()
  await using sidelight = await start(
    folder.path,
    'policy: { source: file, dir: weights, poll: 200ms }\nspool: {}\n',
  )
  const { admin, origin } = sidelight
  await eventually(async () => (await policyOf(admin)).source.state === 'absent', 'absent')
  const directory = folder.file('weights')
  const write = ({ document, text }: ReadPolicy) => writePolicyFile(directory, document.route, text)
  await write(testPolicy({ version: 1, default: only('b') }))
  await isInForce(admin, 1)
  assert.deepEqual(await ask(origin), { version: '1', servedBy: 'p/mb' })
  await writeFile(join(directory, 'r.json'), 'half of')
  await eventually(
    async () => (await metric(admin, 'sidelight_policy_rejected_total{reason="invalid"} 1')).length === 1,
    'invalid',
  )
  assert.deepEqual(await ask(origin), { version: '1', servedBy: 'p/mb' })
  await write(testPolicy({ version: 2, default: only('a') }))
  await isInForce(admin, 2)
  const stored = async () => (await readdir(folder.file('.sidelight/policy'))).join()
  await eventually(async () => (await stored()) === 'r.json', 'kept on disk, and nothing beside it')
})
