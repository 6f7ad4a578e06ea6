import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import { createWriter } from '../ingest/writer.ts'
import { freePort } from '../testing/free-port.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord } from '../testing/random-record.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { type TempDir, tempDir } from '../testing/temp-dir.ts'
import { startTestWarehouse, type TestWarehouse } from '../testing/warehouse.ts'

const main = join(import.meta.dirname, 'main.ts')
const startMs = 60_000

async function count(warehouse: TestWarehouse, table = 'requests'): Promise<number> {
  const query = `SELECT count() AS n FROM ${table}`
  const result = await warehouse.client('default').query({ query, format: 'JSONEachRow' })
  const [row] = await result.json<{ n: string | number }>()
  return Number(row?.n)
}

/** A state directory with records in its spool, and a configuration that ships them to `url`. */
async function spooled(folder: TempDir, url: string, records: number): Promise<string> {
  const random = seededRandom(81)
  const writer = await createWriter({
    ...{ directory: folder.file('state/spool'), boot: `${Date.now()}-0`, flushMs: 1, queueRowsMax: 1000 },
    warn: () => {},
  })
  for (let seq = 1; seq <= records; seq += 1) {
    const { request } = randomRecord(random, 0)
    const small = { guard_score: 1, unscanned_parts: 1, placeholder_unknown: 1, http_status: 200 }
    writer.offer({ request: { ...request, ...small, ts: Date.now(), seq }, attempts: [] })
  }
  await writer.close()
  return configFor(folder, url)
}

async function configFor(folder: TempDir, url: string): Promise<string> {
  const file = folder.file('sidelight.yaml')
  await writeFile(file, `stateDir: ${folder.file('state')}\nwarehouse: { url: '${url}' }\n`)
  return file
}

function ingest(config: string, ...args: string[]) {
  return spawnProcess([nodeCommand, main, 'ingest', '--config', config, ...args])
}

let warehouse: TestWarehouse
before(async () => {
  warehouse = await startTestWarehouse()
  await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database: 'sidelight' })
})
after(() => warehouse[Symbol.asyncDispose]())

function writerUrl(): string {
  return warehouse.url.replace('://', `://writer:${warehouse.token}@`)
}

test('ingest --once ships what is there and ends with 0, or with 1 and the reason', async () => {
  await using folder = await tempDir()
  const away = ingest(await spooled(folder, 'http://127.0.0.1:1', 20), '--once')
  assert.equal((await away.exit).code, 1)
  assert.match(away.stderr, /unreachable/)
  assert.match(away.stdout, /"done":false/)
  const earlier = await count(warehouse)
  const there = ingest(await configFor(folder, writerUrl()), '--once')
  assert.equal((await there.exit).code, 0, there.stderr)
  assert.match(there.stdout, /"done":true/)
  assert.equal(await count(warehouse), earlier + 20)
  assert.doesNotMatch(there.stdout + there.stderr + away.stderr, new RegExp(warehouse.token))
})

test('a spool is shipped by way of ingest --listen, which ends with what it has taken shipped', async () => {
  await using hub = await tempDir()
  await using folder = await tempDir()
  const earlier = await count(warehouse)
  const env = { SIDELIGHT_INGEST_TOKEN: 'a token' }
  const listening = spawnProcess(
    [nodeCommand, main, 'ingest', '--config', await configFor(hub, writerUrl()), '--listen', '127.0.0.1:0'],
    { env },
  )
  const [, address = ''] = await listening.waitFor(/taking records on http:\/\/(\S+)/, startMs)
  const stranger = ingest(await spooled(folder, `ingest://${address}`, 15), '--once')
  assert.equal((await stranger.exit).code, 1)
  assert.match(stranger.stderr, /"login"|reason=login/)
  const config = await configFor(folder, `ingest://:\${SIDELIGHT_INGEST_TOKEN}@${address}`)
  const sender = spawnProcess([nodeCommand, main, 'ingest', '--config', config, '--once'], { env })
  assert.equal((await sender.exit).code, 0, sender.stderr)
  const metrics = await fetch(`http://${address}/metrics`, { headers: { authorization: 'Bearer a token' } })
  assert.match(await metrics.text(), /^sidelight_received_batches_total 1$/m)
  assert.equal((await listening.stop(20_000)).code, 0, listening.stderr)
  assert.equal(await count(warehouse), earlier + 15)
})

test('ingest --quarantine says what was refused, and puts it back', async () => {
  await using folder = await tempDir()
  const config = await configFor(folder, writerUrl())
  const quarantine = async (what: string) => {
    const run = ingest(config, '--quarantine', what)
    return { code: (await run.exit).code, text: run.stdout + run.stderr }
  }
  const poison = { table: 'unknown', columns: 0, index: 0, reason: 'UNKNOWN_FORM', column: '', row: 'secret' }
  await mkdir(folder.file('state/spool/quarantine'), { recursive: true })
  await writeFile(
    folder.file('state/spool/quarantine/t~unknown~000000.json'),
    JSON.stringify({ token: 't', ...poison }),
  )
  const listed = await quarantine('list')
  assert.match(listed.text, /^ {3}1 {2}unknown {2}UNKNOWN_FORM +\d{4}-/m)
  assert.doesNotMatch(listed.text, /secret/)
  assert.match((await quarantine('retry')).text, /^1 rows are in the spool again/)
  const names = await readdir(folder.file('state/spool'))
  assert.equal(names.filter((name) => name.endsWith('.seg')).length, 1)
  assert.deepEqual(await readdir(folder.file('state/spool/quarantine')), [])
})

test('ingest --listen off loopback wants a token', async () => {
  await using folder = await tempDir()
  const config = await configFor(folder, writerUrl())
  const refused = spawnProcess([nodeCommand, main, 'ingest', '--config', config, '--listen', '0.0.0.0:0'], {
    env: { SIDELIGHT_INGEST_TOKEN: '' },
  })
  assert.equal((await refused.exit).code, 1)
  assert.match(refused.stderr, /SIDELIGHT_INGEST_TOKEN/)
})

test('a reload reaches the warehouse; SIGTERM with open streams and a full buffer: every request has its row in the warehouse', async () => {
  await using folder = await tempDir()
  const [data, admin, listen] = [await freePort(), await freePort(), await freePort()]
  const stateDir = folder.file('state')
  await writeFile(
    folder.file('sidelight.yaml'),
    `listen: 127.0.0.1:${data}
admin: 127.0.0.1:${admin}
stateDir: ${stateDir}
warehouse: { listen: '127.0.0.1:${listen}' }
spool: { flush: 5s }
providers: { sim: { kind: simulated } }
routes: { demo: { baseline: small, candidates: [{ id: small, provider: sim, model: sim-fast }] } }
`,
  )
  const up = spawnProcess([nodeCommand, main, 'up', '--config', folder.file('sidelight.yaml')])
  await up.waitFor(/Sidelight is running/, startMs)
  await untilCandidates(listen, 1)
  const written = await readFile(folder.file('sidelight.yaml'), 'utf8')
  const more = written.replace(
    'model: sim-fast }',
    'model: sim-fast }, { id: new, provider: sim, model: sim }',
  )
  await writeFile(folder.file('sidelight.yaml'), more)
  assert.equal((await fetch(`http://127.0.0.1:${admin}/reload`, { method: 'POST' })).status, 200)
  await untilCandidates(listen, 2)
  const ask = async (model: string, stream: boolean) => {
    const answer = await fetch(`http://127.0.0.1:${data}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'hello' }] }),
    })
    return (await answer.text()).length
  }
  const streams = Array.from({ length: 20 }, () => ask('sim/sim;gap=40ms;tokens=40', true))
  await Promise.all(Array.from({ length: 60 }, () => ask('sim/sim', false)))
  await sleep(200)
  up.signal('SIGTERM')
  assert.ok((await Promise.all(streams)).every((length) => length > 1000))
  assert.equal((await up.exit).code, 0, up.stderr)
  const left = (await readdir(join(stateDir, 'spool'))).filter((name) => /\.(open|seg|sending)$/.test(name))
  assert.deepEqual(left, [])
  await using again = await startTestWarehouse({ stateDir })
  assert.equal(await count(again), 80)
  assert.equal(await count(again, 'attempts'), 80)
  assert.equal(await count(again, 'route_candidates'), 2)
})

/** The schema is made beside the first requests; what a signal interrupts is made at the next start. */
async function untilCandidates(port: number, expected: number): Promise<void> {
  const query = encodeURIComponent('SELECT count() FROM sidelight.route_candidates')
  for (const endMs = performance.now() + startMs; performance.now() < endMs; await sleep(100)) {
    const answer = await fetch(`http://127.0.0.1:${port}/?query=${query}`).catch(() => undefined)
    if ((await answer?.text())?.trim() === String(expected)) return
  }
  throw new Error(`the warehouse was not told of ${expected} candidates`)
}
