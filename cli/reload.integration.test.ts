import assert from 'node:assert/strict'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'

const main = join(import.meta.dirname, 'main.ts')
const hash = 'a'.repeat(64)
const locked = (route: string) => `
providers: { s: { kind: openai } }
routes: { ${route}: { candidates: [{ provider: s, model: m }] } }
keys: [{ name: k, hashEnv: KEY }]
`

test('a file that is invalid, empty or gone is refused, and the keys stay in force; a new one is taken by itself', async () => {
  await using folder = await tempDir()
  const file = folder.file('sidelight.yaml')
  await writeFile(file, locked('one'))
  const env = {
    SIDELIGHT_CONFIG: undefined,
    SIDELIGHT_LISTEN: '127.0.0.1:0',
    SIDELIGHT_ADMIN: '127.0.0.1:0',
    KEY: hash,
    OPENAI_API_KEY: undefined,
  }
  await using run = spawnProcess([nodeCommand, main, 'sidecar'], { cwd: folder.path, env })
  const [, origin, admin] = await run.waitFor(/serving on (http:\S+), admin on (http:\S+)/)
  const reload = async () => {
    const answer = await fetch(`${admin}/reload`, { method: 'POST' })
    return { status: answer.status, ...((await answer.json()) as { ok: boolean; message: string }) }
  }
  const policy = async () => (await fetch(`${admin}/policy`)).text()

  const bad: [string | undefined, RegExp][] = [
    ['routes: { two: 1 }', /sidelight\.yaml:1: routes\.two/],
    ['', /sidelight\.yaml.*empty/],
    ['# nothing but this\n', /sidelight\.yaml.*empty/],
    [undefined, /sidelight\.yaml.*cannot be read/],
  ]
  for (const [text, says] of bad) {
    if (text === undefined) await rm(file)
    else await writeFile(file, text)
    const refused = await reload()
    assert.equal(refused.status, 422)
    assert.match(refused.message, says)
    assert.match(await policy(), /"one"/)
    assert.equal((await fetch(`${origin}/v1/models`)).status, 401)
  }

  await writeFile(folder.file('new.yaml'), locked('two'))
  await rename(folder.file('new.yaml'), file)
  await run.waitFor(/"configuration reloaded"/)
  assert.match(await policy(), /"two"/)
  // Once at the start, once with the file that is in force now.
  assert.equal(run.stderr.match(/the variable OPENAI_API_KEY is not set/g)?.length, 2)

  await writeFile(file, `listen: 127.0.0.1:9\nworkers: 2\n${locked('three').replace('openai', 'simulated')}`)
  const { message } = await reload()
  assert.match(message, /^reloaded; at the next start: workers, a simulated provider$/)
  assert.match(run.stderr, /"level":"warn".*at the next start/)
})
