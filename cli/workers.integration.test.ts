import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '../contract/config/load.ts'
import { Limiter } from '../sidecar/limits/limiter.ts'
import { createLog } from '../sidecar/observe/log.ts'
import { mergeMetrics } from '../sidecar/observe/metrics.ts'
import { type FakeUpstream, fakeUpstream, httpJson, httpStream } from '../testing/fake-upstream.ts'
import { rawCaller } from '../testing/raw-caller.ts'
import { nodeCommand, type Spawned, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { chatWire } from '../testing/wires.ts'
import { startGroup } from './group.ts'

const main = join(import.meta.dirname, 'main.ts')
/** Several processes start on a machine that does other things as well. */
const startMs = 60_000
const hash = (key: string) => createHash('sha256').update(key).digest('hex')

interface Started extends AsyncDisposable {
  readonly run: Spawned
  readonly folder: { file(name: string): string }
  readonly origin: string
  readonly admin: string
}

async function start(yaml: string, env: Record<string, string> = {}): Promise<Started> {
  const folder = await tempDir()
  await writeFile(folder.file('sidelight.yaml'), yaml)
  const run = spawnProcess([nodeCommand, main, 'sidecar'], {
    cwd: folder.path,
    env: {
      SIDELIGHT_CONFIG: undefined,
      SIDELIGHT_LISTEN: '127.0.0.1:0',
      SIDELIGHT_ADMIN: '127.0.0.1:0',
      ...env,
    },
  })
  const dispose = async () => {
    await run.stop()
    await folder[Symbol.asyncDispose]()
  }
  try {
    const [, origin = '', admin = ''] = await run.waitFor(serving, startMs)
    return { run, folder, origin, admin, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    // Else the processes would outlive the test.
    await dispose()
    throw error
  }
}

const serving = /serving on (http:\S+), admin on (http:\S+)/

const config = (origin: string, workers: number, weight = 1) => `
workers: ${workers}
providers: { p: { kind: openai, baseUrl: '${origin}/v1' } }
routes:
  r: { strategy: weighted, candidates: [{ id: a, provider: p, model: m, weight: 3 }, { id: b, provider: p, model: n, weight: ${weight} }] }
keys:
  - { name: one, hashEnv: ONE, requestsPerMinute: 1 }
  - { name: six, hashEnv: SIX, requestsPerMinute: 6 }
  - { name: thrifty, hashEnv: THRIFTY, tokensPerMinute: 30 }
  - { name: free, hashEnv: FREE }
`
const keys = { ONE: hash('one'), SIX: hash('six'), THRIFTY: hash('thrifty'), FREE: hash('free') }

const head = (key: string, body: string) =>
  `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** Statuses of one request after the other, each on a connection of its own or all on one. */
async function statuses(origin: string, key: string, how: { times: number; isOneConnection: boolean }) {
  const body = JSON.stringify(chatWire.body('r', false))
  const found: number[] = []
  using shared = await rawCaller(origin)
  for (let index = 0; index < how.times; index += 1) {
    using own = how.isOneConnection ? undefined : await rawCaller(origin)
    const caller = own ?? shared
    caller.send(head(key, body))
    const answers = await caller.answers(how.isOneConnection ? index + 1 : 1)
    found.push(answers.at(-1)?.status ?? 0)
  }
  return found
}

const accepted = (found: readonly number[]) => found.filter((status) => status === 200).length

/** Two workers for all tests: each process takes a second to start. The last test ends them. */
let upstream: FakeUpstream
let sidelight: Started

before(async () => {
  upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
  sidelight = await start(config(upstream.origin, 2), keys)
})

after(async () => {
  await sidelight[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

test('a limit is one limit, however many workers and connections a key comes by', async () => {
  const { origin, admin } = sidelight
  assert.equal(accepted(await statuses(origin, 'six', { times: 9, isOneConnection: true })), 6)
  assert.equal(accepted(await statuses(origin, 'one', { times: 12, isOneConnection: false })), 1)
  // An answer counts 15 tokens.
  // They count when it is settled, which on a busy machine is after the next request.
  const thrifty = accepted(await statuses(origin, 'thrifty', { times: 12, isOneConnection: false }))
  assert.ok(thrifty === 2 || thrifty === 3, `${thrifty}`)
  assert.equal(accepted(await statuses(origin, 'free', { times: 12, isOneConnection: false })), 12)
  const metrics = await (await fetch(`${admin}/metrics`)).text()
  const total = (status: number) =>
    [...metrics.matchAll(new RegExp(`^sidelight_requests_total\\{.*http_status="${status}"\\} (\\d+)`, 'gm'))]
      .map((match) => Number(match[1]))
      .reduce((sum, count) => sum + count, 0)
  assert.equal(total(200), 6 + 1 + thrifty + 12)
  assert.equal(total(429), 3 + 11 + 12 - thrifty)
})

test('the policy of several workers reads like that of one', async () => {
  const alone = await startHere(config(upstream.origin, 1))
  const expected = await alone.group.sources.policy()
  await alone[Symbol.asyncDispose]()
  const { routes } = (await (await fetch(`${sidelight.admin}/policy`)).json()) as { routes: unknown }
  assert.deepEqual({ routes }, expected)
  assert.match(JSON.stringify(expected), /"r":.*"weights":\{"a":3,"b":1\}/)
})

test('while a worker is replaced the others answer, metrics too, and it comes back with what was reloaded', async () => {
  const { origin, admin, run, folder } = sidelight
  const alive = async () => {
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    return [1, 2].filter((worker) => metrics.includes(`worker="${worker}"`))
  }
  await run.waitFor(/"worker started","worker":2/, startMs)
  const [, pid] = await run.waitFor(/"worker started","worker":1,"pid":(\d+)/)
  process.kill(Number(pid), 'SIGKILL')
  await run.waitFor(/a worker ended; starting another/)
  assert.deepEqual(await alive(), [2])
  await writeFile(folder.file('sidelight.yaml'), config(upstream.origin, 2, 7))
  const reload = await fetch(`${admin}/reload`, { method: 'POST' })
  assert.deepEqual([reload.status, await reload.json()], [200, { ok: true, message: 'reloaded' }])
  assert.equal(accepted(await statuses(origin, 'free', { times: 4, isOneConnection: false })), 4)
  for (let tries = 0; (await alive()).length < 2; tries += 1) {
    assert.ok(tries < 500, 'no worker came back')
    await sleep(20)
  }
  assert.equal(accepted(await statuses(origin, 'free', { times: 12, isOneConnection: false })), 12)
  const [, other] = await run.waitFor(/"worker started","worker":2,"pid":(\d+)/)
  process.kill(Number(other), 'SIGKILL')
  for (let tries = 0; (await alive()).length > 1 && tries < 500; tries += 1) await sleep(10)
  assert.match(await (await fetch(`${admin}/policy`)).text(), /"weights":\{"a":3,"b":7\}/)
  for (let tries = 0; (await alive()).length < 2; tries += 1) {
    assert.ok(tries < 500, 'no worker came back')
    await sleep(20)
  }
})

test('an address in use is said as it is for one process, without a trace of the code', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  await using folder = await tempDir()
  await writeFile(folder.file('sidelight.yaml'), 'workers: 2')
  const env = { SIDELIGHT_LISTEN: `127.0.0.1:${port}`, SIDELIGHT_ADMIN: '127.0.0.1:0' }
  await using run = spawnProcess([nodeCommand, main, 'up'], { cwd: folder.path, env })
  assert.equal((await run.exit).code, 1)
  taken.close()
  assert.match(run.stderr, new RegExp(`127\\.0\\.0\\.1:${port} is in use`))
  assert.doesNotMatch(run.stderr, /\n\s+at |starting another/)
})

/** In this process, whatever the number of workers says. */
async function startHere(yaml: string) {
  const folder = await tempDir()
  const lines: string[] = []
  const log = createLog({
    level: 'info',
    format: 'json',
    write: (line) => void lines.push(line),
    nowMs: Date.now,
  })
  const text = `listen: 127.0.0.1:0\nstateDir: ${folder.path}\n${yaml}`
  const { config } = parseConfig(text, 'test.yaml', {})
  const group = await startGroup(
    { config, environment: {}, log, simulatedOrigin: '', limiter: new Limiter() },
    { sharesPorts: () => Promise.resolve(false) },
  )
  const dispose = async () => {
    await group.stop()
    await folder[Symbol.asyncDispose]()
  }
  return { group, lines, [Symbol.asyncDispose]: dispose }
}

test('where processes cannot share a port one serves, and says so', async () => {
  await using here = await startHere('workers: 3')
  assert.match(here.lines.join(''), /"level":"warn","message":"[^"]*one process serves[^"]*".*"workers":3/)
  const answer = await fetch(`http://127.0.0.1:${here.group.address.port}/v1/models`)
  assert.equal(answer.status, 200)
  await answer.text()
  assert.doesNotMatch(mergeMetrics([await here.group.metrics()]), /worker="2"/)
})

test('streams of all workers end before a signal ends the processes', async () => {
  upstream.answer(httpStream(chatWire.events(Array(20).fill('w ')), { gapMs: 20 }))
  const before = upstream.requests.length
  const body = JSON.stringify(chatWire.body('r', true))
  const streams = Array.from({ length: 8 }, async () => {
    const headers = { authorization: 'Bearer free', connection: 'close' }
    return (await fetch(`${sidelight.origin}/v1/chat/completions`, { method: 'POST', headers, body })).text()
  })
  await upstream.received(before + 8)
  sidelight.run.signal('SIGTERM')
  await sidelight.run.waitFor(/"draining","in_flight":8/)
  for (const text of await Promise.all(streams)) assert.equal(chatWire.isComplete(text), true)
  assert.deepEqual(await sidelight.run.exit, { code: 0, signal: null })
})
