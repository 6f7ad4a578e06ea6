import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import type { Explanation } from '../sidecar/explain/explanation.ts'
import { fakeUpstream, httpJson } from '../testing/fake-upstream.ts'
import { freePort } from '../testing/free-port.ts'
import { nodeCommand, type Spawned, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { startTestWarehouse } from '../testing/warehouse.ts'
import { chatWire } from '../testing/wires.ts'

const main = join(import.meta.dirname, 'main.ts')

test('a request is explained by whichever worker served it, later from the warehouse, and the two agree', async (t) => {
  await using upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
  await using warehouse = await startTestWarehouse()
  await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database: 'sidelight' })
  await using folder = await tempDir()
  await writeFile(
    folder.file('sidelight.yaml'),
    `
workers: 2
listen: 127.0.0.1:${await freePort()}
admin: 127.0.0.1:${await freePort()}
stateDir: ${warehouse.stateDir}
warehouse: { listen: '${new URL(warehouse.url).host}' }
providers: { p: { kind: openai, baseUrl: '${upstream.origin}/v1' } }
routes:
  r: { baseline: b, candidates: [{ id: a, provider: p, model: gpt-4o-mini }, { id: b, provider: p, model: gpt-4o }] }
`,
  )
  const env = { SIDELIGHT_CONFIG: undefined }
  const command = (...args: string[]): Spawned =>
    spawnProcess([nodeCommand, main, ...args], { cwd: folder.path, env })
  const ids: string[] = []
  const remembered = new Map<string, Explanation>()
  const sidelight = command('sidecar')
  try {
    const [, origin, admin] = await sidelight.waitFor(/serving on (http:\S+), admin on (http:\S+)/, 60_000)
    for (let times = 0; times < 8; times += 1) {
      const response = await fetch(`${origin}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close', 'x-sidelight-tags': 'k=v' },
        body: JSON.stringify(chatWire.body('r', false)),
      })
      await response.text()
      ids.push(response.headers.get('x-sidelight-request-id') ?? '')
    }
    await t.test('all of them, on the one admin port', async () => {
      for (const id of ids) {
        const response = await fetch(`${admin}/explain/${id}`)
        assert.equal(response.status, 200)
        remembered.set(id, (await response.json()) as Explanation)
      }
      const metrics = await (await fetch(`${admin}/metrics`)).text()
      assert.match(metrics, /sidelight_requests_total\{.*\} \d/)
    })
    await t.test('at the terminal, as text and as JSON', async () => {
      const [id = ''] = ids
      const shown = command('explain', id)
      assert.equal((await shown.exit).code, 0, shown.stderr)
      assert.match(shown.stdout, new RegExp(`^Request ${id} of .*: ok 200 in`))
      const json = command('explain', id.toUpperCase(), '--json')
      assert.equal((await json.exit).code, 0, json.stderr)
      assert.deepEqual(JSON.parse(json.stdout), remembered.get(id))
    })
    await t.test('an id that nobody knows, and one that is none', async () => {
      const unknown = command('explain', '01a22226-9495-78cd-b0ce-3a15ffaf8972')
      assert.equal((await unknown.exit).code, 1)
      assert.match(unknown.stderr, /no request of this id is remembered here or in the warehouse/)
      const none = command('explain', 'latest')
      assert.equal((await none.exit).code, 2)
    })
  } finally {
    await sidelight.stop()
  }

  const shipped = command('ingest', '--once')
  assert.equal((await shipped.exit).code, 0, shipped.stderr)

  await t.test('without a sidecar, from its rows: the same figures, less what no row holds', async () => {
    const [id = ''] = ids
    const run = command('explain', id, '--json')
    assert.equal((await run.exit).code, 0, run.stderr)
    const found = JSON.parse(run.stdout) as Explanation
    const before = remembered.get(id)
    assert.ok(before)
    assert.equal(found.source, 'warehouse')
    assert.deepEqual(found.decision.recomputed, before.decision.recomputed)
    assert.equal(found.decision.recomputed.winner, 'same')
    assert.equal(found.decision.u, before.decision.u)
    assert.deepEqual(
      { ...found, source: '', features: {}, notes: [], decision: { ...found.decision, strategy: '' } },
      { ...before, source: '', features: {}, notes: [], decision: { ...before.decision, strategy: '' } },
    )
    const text = command('explain', id)
    assert.equal((await text.exit).code, 0)
    assert.match(text.stdout, /, from the warehouse\n/)
  })

  await t.test('an id that has no row, and a warehouse that does not answer', async () => {
    const unknown = command('explain', '01a22226-9495-78cd-b0ce-3a15ffaf8972')
    assert.equal((await unknown.exit).code, 1)
    assert.match(unknown.stderr, /the warehouse has no request of this id; at http:\S+ no sidecar answers/)
    warehouse.process.signal('SIGTERM')
    await warehouse.process.exit
    const cut = command('explain', ids[0] ?? '')
    assert.equal((await cut.exit).code, 1)
    assert.match(cut.stderr, /the warehouse does not answer \(ECONNREFUSED\); at http:\S+ no sidecar answers/)
  })
})
