import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'

const main = join(import.meta.dirname, 'main.ts')

async function dashboards(...args: string[]) {
  const run = spawnProcess([nodeCommand, main, 'dashboards', ...args])
  const { code } = await run.exit
  return { code, stdout: run.stdout, stderr: run.stderr }
}

test('boards are written, checked, and put right again', async () => {
  await using folder = await tempDir()
  const out = folder.path
  assert.equal((await dashboards('--out', out)).code, 0)
  const file = 'dashboards/boards/sidelight-cost.json'
  writeFileSync(join(out, file), '{}')
  writeFileSync(join(out, 'dashboards/boards/sidelight-gone.json'), '{}')
  const stale = await dashboards('--check', '--out', out)
  assert.equal(stale.code, 1)
  assert.match(stale.stdout, /sidelight-cost\.json is stale[\s\S]*sidelight-gone\.json is stale/)
  await dashboards('--out', out)
  assert.match(readFileSync(join(out, file), 'utf8'), /"uid": "sidelight-cost"/)
  assert.equal((await dashboards('--check', '--out', out)).code, 0)
})

test('a statement to run anywhere, or the names of those there are', async () => {
  const { code, stdout } = await dashboards('--sql', 'overview-success')
  assert.equal(code, 0)
  assert.match(
    stdout,
    /^SELECT sum\(requests.*FROM sidelight\.requests_priced AS r WHERE .*r\.ts >= toDateTime\(\d+\)/s,
  )
  assert.doesNotMatch(stdout, /\$/)
  const unknown = await dashboards('--sql', 'nothing')
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /no panel nothing.*\n {2}overview-spend\n/)
})
