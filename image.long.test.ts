import assert from 'node:assert/strict'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './testing/free-port.ts'
import { FolderImage } from './testing/image.ts'
import { spawnProcess } from './testing/spawn.ts'
import { tempDir } from './testing/temp-dir.ts'

/**
 * What the Dockerfile says, done in folders: the same packages are installed, the same files are built and copied, and
 * what comes of it is started as the image starts it. Without Docker this is as near as one gets.
 */
let folder: Awaited<ReturnType<typeof tempDir>>
let image: FolderImage

before(async () => {
  folder = await tempDir()
  image = new FolderImage({
    dockerfile: join(import.meta.dirname, 'Dockerfile'),
    context: import.meta.dirname,
    into: folder.path,
  })
})
after(() => folder[Symbol.asyncDispose]())

/** Its entry point, with its paths where they are here. */
function start(target: string, args: readonly string[], env: Record<string, string | undefined> = {}) {
  const root = image.build(target)
  const [, ...flags] = JSON.parse(image.find(target, 'ENTRYPOINT') ?? '[]') as string[]
  const command = flags.map((flag) => (flag.startsWith('/') ? join(root, flag) : flag))
  return spawnProcess([process.execPath, ...command, ...args], {
    cwd: join(root, image.workdirOf(target)),
    env: {
      SIDELIGHT_CONFIG: undefined,
      NODE_ENV: 'production',
      SIDELIGHT_STATE_DIR: join(folder.path, `state-${target}`),
      SIDELIGHT_LISTEN: '127.0.0.1:0',
      SIDELIGHT_ADMIN: '127.0.0.1:0',
      ...env,
    },
  })
}

async function ask(origin: string) {
  const answer = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'simulated/sim-fast', messages: [{ role: 'user', content: 'Hello!' }] }),
  })
  await answer.text()
  return answer.status
}

test('there is nothing in the image that only developers need', () => {
  const packages = join(image.build('sidecar'), 'app/node_modules')
  const bytes = Object.fromEntries(
    readdirSync(packages).map((name) => [name, sizeOf(join(packages, name))] as const),
  )
  const total = Object.values(bytes).reduce((sum, one) => sum + one, 0)
  // 70 MB of it are price lists, tokenizers and clients; the engine would be 540 MB more.
  assert.ok(
    total < 150e6,
    JSON.stringify(
      Object.entries(bytes)
        .sort(([, a], [, b]) => b - a)
        .slice(0, 8),
    ),
  )
})

function sizeOf(path: string): number {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

test('the target `sidecar` starts, answers, is healthy and ends by its signal; it has no engine and no sources', async () => {
  await using run = start('sidecar', JSON.parse(image.find('sidecar', 'CMD') ?? '[]'))
  const [, data = '', admin = ''] = await run.waitFor(/serving on (http:\S+), admin on (http:\S+)/, 30_000)
  assert.equal(await ask(data), 200)
  const [, script = ''] = /"-e", "(.*)"\]/.exec(image.find('sidecar', 'HEALTHCHECK') ?? '') ?? []
  const check = spawnProcess([process.execPath, '-e', script.replace('http://127.0.0.1:4101', admin)])
  assert.equal((await check.exit).code, 0)
  run.signal((image.find('sidecar', 'STOPSIGNAL') ?? 'SIGKILL') as NodeJS.Signals)
  assert.equal((await run.exit).code, 0)
  const app = join(image.build('sidecar'), 'app')
  for (const name of ['chdb', '@chdb', 'typescript', 'openai', 'node', 'docker-compose'])
    assert.ok(!existsSync(join(app, 'node_modules', name)), name)
  const own = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.startsWith('node_modules'),
  )
  assert.deepEqual(
    own.filter((file) => /\.ts$|\.test\./.test(file)),
    [],
  )
  assert.ok(existsSync(join(app, 'cli/sidelight.mjs')))
  assert.match(readFileSync(join(app, 'cli/main.js'), 'utf8'), /sourceMappingURL/)
})

test('the target `full` runs the whole product, its warehouse and its demo too', async () => {
  const warehouse = `127.0.0.1:${await freePort()}`
  const args = [
    ...(JSON.parse(image.find('full', 'CMD') ?? '[]') as string[]),
    '--demo',
    '--requests',
    '60',
    '--history',
    '30m',
  ]
  await using run = start('full', args, { SIDELIGHT_WAREHOUSE_LISTEN: warehouse })
  const [, origin = ''] = await run.waitFor(/curl (http:\S+)\/v1\/chat/, 60_000)
  assert.equal(await ask(origin), 200)
  await run.waitFor(/the history is written/, 60_000)
  let rows = 0
  for (let tries = 0; rows <= 20 && tries < 100; tries += 1) {
    await sleep(200)
    const url = `http://${warehouse}/?database=sidelight`
    const answer = await fetch(url, { method: 'POST', body: 'SELECT count() FROM requests' })
    rows = Number(await answer.text()) || 0
  }
  assert.ok(rows > 20, String(rows))
  run.signal('SIGTERM')
  assert.equal((await run.exit).code, 0)
})
