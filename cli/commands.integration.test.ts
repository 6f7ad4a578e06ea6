import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
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
  OPENAI_API_KEY: undefined,
  ANTHROPIC_API_KEY: undefined,
  GEMINI_API_KEY: undefined,
}

function sidelight(args: readonly string[], cwd: string, env: Record<string, string | undefined> = {}) {
  return spawnProcess([nodeCommand, main, ...args], { cwd, env: { ...environment, ...env } })
}

async function ended(run: ReturnType<typeof sidelight>) {
  const { code } = await run.exit
  return { code, stdout: run.stdout, stderr: run.stderr }
}

test('up answers a first request without configuration, its record is in the warehouse, a signal ends it with 0', async () => {
  await using folder = await tempDir()
  // The shipper has to know the port before the engine has it.
  const listen = `127.0.0.1:${await freePort()}`
  await using run = sidelight(['up'], folder.path, { SIDELIGHT_WAREHOUSE_LISTEN: listen })
  const [, origin] = await run.waitFor(/curl (http:\S+)\/v1\/chat/, 60_000)
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'Hello!' }] }),
  })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('x-sidelight-served-by'), 'simulated/sim-fast')
  await response.text()
  const id = response.headers.get('x-sidelight-request-id')
  const query = `SELECT model FROM sidelight.requests WHERE request_id = '${id}'`
  assert.equal(await eventually(() => answerOf(`http://${listen}/`, query)), 'sim-fast')
  run.signal('SIGTERM')
  assert.deepEqual(await run.exit, { code: 0, signal: null })
  const left = await readdir(folder.file('.sidelight/spool'))
  assert.deepEqual(
    left.filter((name) => name.endsWith('.seg') || name.endsWith('.open')),
    [],
  )
})

/** '' while there is no row, no table or nobody who answers. */
function answerOf(url: string, query: string): Promise<string> {
  const asked = fetch(url, { method: 'POST', body: query })
  return asked.then(async (answer) => (answer.ok ? (await answer.text()).trim() : '')).catch(() => '')
}

async function eventually(look: () => Promise<string>): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await look()
    if (found !== '') return found
    await sleep(200)
  }
  return ''
}

test('a running stream ends before a signal ends the process; a copied signal changes nothing', async () => {
  await using folder = await tempDir()
  await using run = sidelight(['sidecar'], folder.path)
  const [, origin] = await run.waitFor(/serving on (http:\S+),/)
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-simulate': 'tokens=20;gap=20ms' },
    body: JSON.stringify({
      model: 'sim-fast',
      stream: true,
      messages: [{ role: 'user', content: 'Hello!' }],
    }),
  })
  run.signal('SIGINT')
  run.signal('SIGINT')
  assert.match(await response.text(), /data: \[DONE\]\n\n$/)
  assert.equal((await run.exit).code, 0)
})

test('check prints the configuration on stdout, warnings on stderr and ends with 0', async () => {
  await using folder = await tempDir()
  await writeFile(
    folder.file('sidelight.yaml'),
    'providers: { a: { kind: openai, keyEnv: MY_KEY } }\nwarehouse: { url: "https://u:${PW}@h" }\n',
  )
  const { code, stdout, stderr } = await ended(sidelight(['check'], folder.path, { PW: 'hunter2' }))
  assert.equal(code, 0)
  assert.match(stdout, /keyEnv: MY_KEY/)
  assert.match(stdout, /u:\*\*\*@h/)
  assert.match(stderr, /sidelight\.yaml:1: providers\.a\.keyEnv: the variable MY_KEY is not set/)
  assert.doesNotMatch(stdout + stderr, /hunter2/)
})

test('a bad configuration ends check and sidecar with 1 and names file, line, key and value', async () => {
  await using folder = await tempDir()
  await writeFile(folder.file('my.yaml'), 'listen: 127.0.0.1:0\ndrain: 30\n')
  for (const command of ['check', 'sidecar']) {
    const { code, stdout, stderr } = await ended(sidelight([command, '--config', 'my.yaml'], folder.path))
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /my\.yaml:2: drain: expected a duration .*\(found 30\)/)
  }
})

test('an address in use is named with what to do, and nothing is left running', async (t) => {
  await using folder = await tempDir()
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as { port: number }
  for (const variable of ['SIDELIGHT_LISTEN', 'SIDELIGHT_ADMIN']) {
    const run = sidelight(['up'], folder.path, { [variable]: `127.0.0.1:${port}` })
    const { code, stderr } = await ended(run)
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`127\\.0\\.0\\.1:${port} is in use`))
    for (const name of ['LISTEN', 'ADMIN', 'WAREHOUSE_LISTEN', 'STATE_DIR'])
      assert.match(stderr, new RegExp(` SIDELIGHT_${name}=`))
  }
})

test('an unknown command and an unknown option say what there is', async () => {
  await using folder = await tempDir()
  const command = await ended(sidelight(['chek'], folder.path))
  assert.equal(command.code, 2)
  assert.match(command.stderr, /did you mean check\?/)
  const option = await ended(sidelight(['up', '--port', '1'], folder.path))
  assert.equal(option.code, 2)
  assert.match(option.stderr, /--port.*sidelight help/)
})

test('the version, and the help of one command, are printed on request', async () => {
  await using folder = await tempDir()
  const version = await ended(sidelight(['--version'], folder.path))
  assert.match(version.stdout, /^sidelight \d+\.\d+\.\d+\n$/)
  const { code, stdout } = await ended(sidelight(['drill', '--help'], folder.path))
  assert.equal(code, 0)
  assert.match(stdout, /^sidelight drill: /)
  assert.doesNotMatch(stdout, /SIDELIGHT_LISTEN/)
})

test('when nobody reads the log any more, requests are served all the same', async () => {
  await using folder = await tempDir()
  await writeFile(folder.file('sidelight.yaml'), 'ping: 5s')
  const child = spawn(nodeCommand, [main, 'sidecar'], {
    cwd: folder.path,
    env: { ...process.env, ...environment },
  })
  const [, origin, admin] = await new Promise<RegExpMatchArray>((resolve) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      const found = text.match(/serving on (http:\S+), admin on (http:\S+)/)
      if (found !== null) resolve(found)
    })
  })
  child.stderr.destroy()
  child.stdout.destroy()
  await writeFile(folder.file('sidelight.yaml'), 'ping: none')
  for (let times = 0; times < 3; times += 1)
    assert.equal((await fetch(`${admin}/reload`, { method: 'POST' })).status, 422)
  assert.equal((await fetch(`${origin}/v1/models`)).status, 200)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
