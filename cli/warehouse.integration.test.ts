import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'

const main = join(import.meta.dirname, 'main.ts')
const environment = {
  SIDELIGHT_CONFIG: undefined,
  SIDELIGHT_LISTEN: '127.0.0.1:0',
  SIDELIGHT_ADMIN: '127.0.0.1:0',
  SIDELIGHT_WAREHOUSE_LISTEN: '127.0.0.1:0',
  OPENAI_API_KEY: 'sk-not-for-the-warehouse',
}

const sidelight = (args: readonly string[], cwd: string, env: Record<string, string> = {}) =>
  spawnProcess([nodeCommand, main, ...args], { cwd, env: { ...environment, ...env } })

test('warehouse serves without any variable of its parent, in a folder of its own, until a signal', async (t) => {
  await using folder = await tempDir()
  await using run = sidelight(['warehouse'], folder.path)
  const [, url] = await run.waitFor(/^warehouse (http:\S+)$/m, 30_000)
  assert.equal(await (await fetch(`${url}/?query=SELECT%201`)).text(), '1\n')
  if (process.platform === 'linux') {
    const variables = (await readFile(`/proc/${run.pid}/environ`, 'utf8'))
      .split('\0')
      .filter((one) => one !== '')
    assert.deepEqual(variables.sort(), ['TZ=UTC', 'UV_THREADPOOL_SIZE=16'])
    assert.doesNotMatch(await readFile(`/proc/${run.pid}/cmdline`, 'utf8'), /not-for-the-warehouse/)
  } else t.diagnostic('the environment of a process is looked at on Linux only')
  run.signal('SIGINT')
  assert.deepEqual(await run.exit, { code: 0, signal: null })
})

test('up starts it, starts it again when it dies, stays ready meanwhile, and stops it with itself', async () => {
  await using folder = await tempDir()
  const lock = folder.file('.sidelight/warehouse/sidelight.lock')
  await using run = sidelight(['up'], folder.path)
  await run.waitFor(/ {2}warehouse +(http:|starting)/, 30_000)
  const [, admin = ''] = await run.waitFor(/ {2}admin +(http:\S+)/)
  const metrics = async () => (await fetch(`${admin}/metrics`)).text()
  const untilUp = async () => {
    const isUp = async () => /^sidelight_child_up\{child="warehouse"\} 1$/m.test(await metrics())
    for (let tries = 0; tries < 300 && !(await isUp()); tries += 1) await sleep(100)
    assert.equal(await isUp(), true)
  }
  await untilUp()
  const { pid } = JSON.parse(await readFile(lock, 'utf8')) as { pid: number }
  process.kill(pid, 'SIGKILL')
  await run.waitFor(/warehouse ended; starting it again/)
  assert.equal((await fetch(`${admin}/readyz`)).status, 200)
  await untilUp()
  assert.match(await metrics(), /^sidelight_child_starts_total\{child="warehouse"\} 2$/m)
  run.signal('SIGTERM')
  assert.deepEqual(await run.exit, { code: 0, signal: null })
  assert.equal(existsSync(lock), false, 'the second one has ended too, and tidied up')
})

test('a sidecar whose warehouse cannot start goes on without it', async () => {
  await using folder = await tempDir()
  await mkdir(folder.file('.sidelight/warehouse'), { recursive: true })
  await writeFile(folder.file('.sidelight/warehouse/data'), 'no directory')
  await using run = sidelight(['up'], folder.path)
  await run.waitFor(/ {2}warehouse +(not running: it ended at its start|starting)/, 30_000)
  await run.waitFor(/warehouse ended; starting it again/, 30_000)
  const [, admin = ''] = await run.waitFor(/ {2}admin +(http:\S+)/)
  assert.equal((await fetch(`${admin}/readyz`)).status, 200)
  assert.equal((await fetch(`${admin}/metrics`)).status, 200)
})

test('up does not start beside another one on its state directory, nor where its warehouse cannot listen', async (t) => {
  await using folder = await tempDir()
  await writeFile(folder.file('text.yaml'), 'log: { format: text }')
  await using other = sidelight(['warehouse'], folder.path)
  await other.waitFor(/^warehouse http/m, 30_000)
  await using second = sidelight(['warehouse'], folder.path, { SIDELIGHT_CONFIG: folder.file('text.yaml') })
  assert.equal((await second.exit).code, 1)
  assert.match(second.stderr, /^\d\d:\S+ error the warehouse cannot start reason=".* in use by process/m)
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await once(taken, 'listening')
  const listen = `127.0.0.1:${(taken.address() as AddressInfo).port}`
  const refused = async (env: Record<string, string>, because: RegExp) => {
    await using run = sidelight(['up'], folder.path, env)
    assert.deepEqual(await run.exit, { code: 1, signal: null })
    assert.match(run.stderr, because)
    assert.doesNotMatch(run.stderr, /starting it again/)
  }
  await refused({}, /^sidelight: the state directory \.sidelight is in use by .*SIDELIGHT_STATE_DIR$/m)
  await refused(
    { SIDELIGHT_STATE_DIR: folder.file('second'), SIDELIGHT_WAREHOUSE_LISTEN: listen },
    new RegExp(`^sidelight: ${listen}, .* is in use.*SIDELIGHT_WAREHOUSE_LISTEN$`, 'm'),
  )
})

test('where another warehouse is configured there is none to run', async () => {
  await using folder = await tempDir()
  await using run = sidelight(['warehouse'], folder.path, { SIDELIGHT_WAREHOUSE_URL: 'http://127.0.0.1:1' })
  assert.equal((await run.exit).code, 1)
  assert.match(run.stderr, /`warehouse\.url` names another warehouse/)
})
