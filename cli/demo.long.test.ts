import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../testing/free-port.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'

const main = join(import.meta.dirname, 'main.ts')
const environment = {
  SIDELIGHT_CONFIG: undefined,
  SIDELIGHT_LISTEN: '127.0.0.1:0',
  SIDELIGHT_ADMIN: '127.0.0.1:0',
  SIDELIGHT_WAREHOUSE_LISTEN: '127.0.0.1:0',
  SIDELIGHT_DEMO_KEY: undefined,
  OPENAI_API_KEY: 'sk-real-and-dear',
}

function sidelight(args: readonly string[], cwd: string, env: Record<string, string | undefined> = {}) {
  return spawnProcess([nodeCommand, main, ...args], { cwd, env: { ...environment, ...env } })
}

function ask(origin: string, headers: Record<string, string> = {}) {
  return fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'demo-support', messages: [{ role: 'user', content: 'Hello!' }] }),
  })
}

/** Until the warehouse says something else than nothing. */
async function rows(warehouse: string, query: string, isEnough: (text: string) => boolean): Promise<string> {
  let text = ''
  for (let tries = 0; tries < 200 && !isEnough(text); tries += 1) {
    await sleep(150)
    text = await fetch(`http://${warehouse}/?database=sidelight`, { method: 'POST', body: query })
      .then(async (answer) => (answer.ok ? (await answer.text()).trim() : ''))
      .catch(() => '')
  }
  return text
}

test('up --demo brings a history, a policy, a budget and a trickle, and takes requests without a key', async () => {
  await using folder = await tempDir()
  const warehouse = `127.0.0.1:${await freePort()}`
  const args = ['up', '--demo', '--requests', '150', '--history', '60m', '--rate', '8']
  await using run = sidelight(args, folder.path, { SIDELIGHT_WAREHOUSE_LISTEN: warehouse })
  const [, origin = ''] = await run.waitFor(/curl (http:\S+)\/v1\/chat/, 60_000)
  const answer = await ask(origin)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('x-sidelight-served-by') ?? '', /^(anthropic|deepseek)\//)
  await run.waitFor(/the history is written/, 60_000)
  const old = 'SELECT count() FROM requests WHERE ts < now() - INTERVAL 10 MINUTE'
  assert.ok(Number(await rows(warehouse, old, (text) => Number(text) > 90)) > 90)
  const live = "SELECT count() FROM requests WHERE ts > now() - INTERVAL 1 MINUTE AND app != 'yours'"
  assert.ok(Number(await rows(warehouse, live, (text) => Number(text) > 5)) > 5)
  const own = "SELECT app, team FROM requests WHERE app = 'yours' FORMAT CSV"
  assert.equal(await rows(warehouse, own, (text) => text !== ''), '"yours","you"')
  const policies = 'SELECT route FROM routing_policies WHERE ts < now() - INTERVAL 10 MINUTE ORDER BY route'
  assert.equal(await rows(warehouse, policies, (text) => text.includes('\n')), 'demo-search\ndemo-support')
  assert.equal(await rows(warehouse, 'SELECT count() FROM budgets', (text) => text === '5'), '5')
  run.signal('SIGINT')
  assert.deepEqual(await run.exit, { code: 0, signal: null })
  assert.doesNotMatch(run.stderr, /"level":"error"/)
})

test('up --demo takes no configuration: nothing in it may cost money', async () => {
  await using folder = await tempDir()
  await writeFile(folder.file('mine.yaml'), 'providers: { openai: { kind: openai } }\n')
  await using run = sidelight(['up', '--demo', '--config', 'mine.yaml'], folder.path)
  assert.equal((await run.exit).code, 2)
  assert.match(run.stderr, /--demo brings a configuration of its own/)
})

test('demo --url asks the simulated models of a running sidecar, once or until a signal', async () => {
  await using folder = await tempDir()
  await using server = sidelight(['sidecar'], folder.path)
  const [, origin = ''] = await server.waitFor(/serving on (http:\S+),/)
  await using once = sidelight(['demo', '--url', origin, '--requests', '40', '--once'], folder.path)
  assert.equal((await once.exit).code, 0)
  assert.match(once.stdout, /asking the models of its simulated provider, simulated at http/)
  const [, answered = '0'] = /(\d+) answered, \d+ with an error/.exec(once.stdout) ?? []
  assert.ok(Number(answered) > 30, once.stdout)
  await using endless = sidelight(['demo', '--url', origin, '--requests', '5', '--rate', '20'], folder.path)
  await endless.waitFor(/about 20 a second from now on/)
  endless.signal('SIGINT')
  assert.deepEqual(await endless.exit, { code: 0, signal: null })
})

test('demo asks nothing where only models that cost money are offered, and says what is missing', async () => {
  await using folder = await tempDir()
  await writeFile(
    folder.file('sidelight.yaml'),
    'providers: { openai: { kind: openai, models: [gpt-5.4] } }\n',
  )
  await using server = sidelight(['sidecar'], folder.path)
  const [, origin = ''] = await server.waitFor(/serving on (http:\S+),/)
  await using run = sidelight(['demo', '--url', origin, '--once'], folder.path)
  assert.equal((await run.exit).code, 1)
  assert.match(run.stderr, /offers no simulated model, and the demo asks no other/)
  await using nobody = sidelight(['demo', '--url', 'http://127.0.0.1:9', '--once'], folder.path)
  assert.equal((await nobody.exit).code, 1)
  assert.match(nobody.stderr, /did not answer: is a sidecar running there/)
})
