import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import * as compose from 'docker-compose'
import { tempDir } from './testing/temp-dir.ts'

const root = import.meta.dirname
const works = (args: readonly string[]) => spawnSync('docker', args, { timeout: 10_000 }).status === 0

/** Undefined where the test can run. */
function lacking(): string | undefined {
  if (!works(['compose', 'version'])) return 'docker compose is not installed'
  if (!works(['info'])) return 'no Docker daemon answers'
  return undefined
}

const skip = lacking() ?? false

test('compose starts from nothing, the demo fills the warehouse, and no record is lost while the server is away', {
  skip,
  timeout: 900_000,
}, async () => {
  await using folder = await tempDir()
  const envFile = folder.file('env')
  assert.equal(spawnSync(process.execPath, [join(root, 'scripts/write-env.mjs'), envFile]).status, 0)
  const options = {
    cwd: root,
    composeOptions: ['--env-file', envFile, '--project-name', 'sidelight-test', '--profile', 'demo'],
  }
  const secrets = Object.fromEntries(
    [...readFileSync(envFile, 'utf8').matchAll(/^([A-Z_]+)=(.+)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
  try {
    await compose.config(options)
    await compose.upAll({ ...options, commandOptions: ['--build', '--wait', '--wait-timeout', '600'] })
    const count = async () => {
      const answer = await fetch('http://127.0.0.1:8123/?database=sidelight', {
        method: 'POST',
        body: "SELECT countIf(env = 'demo'), countIf(env != 'demo') FROM requests FORMAT CSV",
        headers: {
          'x-clickhouse-user': 'grafana',
          'x-clickhouse-key': secrets['GRAFANA_CLICKHOUSE_PASSWORD'] ?? '',
        },
      })
      return (await answer.text()).split(',').map(Number)
    }
    await until(async () => ((await count())[0] ?? 0) > 1000)
    const boards = await fetch('http://127.0.0.1:3000/api/search?tag=sidelight')
    assert.equal(((await boards.json()) as unknown[]).length, 12)
    await ask()
    await until(async () => (await count())[1] === 1)
    await compose.stopOne('clickhouse', options)
    for (let asked = 0; asked < 20; asked += 1) await ask()
    await compose.restartOne('sidecar', options)
    await compose.upOne('clickhouse', { ...options, commandOptions: ['--wait'] })
    await until(async () => (await count())[1] === 21)
  } finally {
    await compose.downAll({ ...options, commandOptions: ['--volumes', '--timeout', '60'] })
  }
})

async function ask(): Promise<void> {
  const answer = await fetch('http://127.0.0.1:4100/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'simulated/sim-fast', messages: [{ role: 'user', content: 'Hello!' }] }),
  })
  assert.equal(answer.status, 200)
  await answer.text()
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 180; tries += 1) {
    if (await isSo().catch(() => false)) return
    await sleep(1000)
  }
  assert.fail('not within three minutes')
}

test('the environment that is written has a random value for every secret, and is never written over', async () => {
  await using folder = await tempDir()
  const write = () => spawnSync(process.execPath, [join(root, 'scripts/write-env.mjs'), folder.file('env')])
  assert.equal(write().status, 0)
  const text = readFileSync(folder.file('env'), 'utf8')
  const values = [...text.matchAll(/^[A-Z_]+=(.*)$/gm)].map(([, value]) => value)
  assert.ok(values.length >= 8 && values.every((value) => /^[0-9a-f]{48}$/.test(value ?? '')))
  assert.equal(new Set(values).size, values.length)
  assert.equal(write().status, 1)
  assert.equal(readFileSync(folder.file('env'), 'utf8'), text)
})
