import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../testing/free-port.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'

const main = join(import.meta.dirname, 'main.ts')

test('`up` runs and watches by itself once evals are configured, and ends with them', async () => {
  await using folder = await tempDir('sidelight-up-evals-')
  const [data, admin, warehouse] = [await freePort(), await freePort(), await freePort()]
  const file = folder.file('sidelight.yaml')
  await writeFile(
    file,
    `
listen: 127.0.0.1:${data}
admin: 127.0.0.1:${admin}
stateDir: ${folder.file('state')}
warehouse: { listen: '127.0.0.1:${warehouse}' }
providers: { sim: { kind: simulated } }
routes:
  r:
    baseline: a
    quality: { maxLoss: 2%, scorer: gates }
    candidates: [{ id: a, provider: sim, model: sim-fast }, { id: b, provider: sim, model: sim-slow, weight: 0.1 }]
evals: { every: 2s, watchEvery: 2s }
`,
  )
  const up = spawnProcess([nodeCommand, main, 'up', '--config', file])
  try {
    await up.waitFor(/Sidelight is running/, 60_000)
    const kinds = async () => {
      const query =
        "SELECT arraySort(groupUniqArray(kind)) FROM sidelight.eval_runs WHERE route = 'r' FORMAT TSV"
      const response = await fetch(`http://127.0.0.1:${warehouse}/`, { method: 'POST', body: query }).catch(
        () => undefined,
      )
      return response?.ok === true ? (await response.text()).trim() : ''
    }
    for (let tries = 0; (await kinds()) !== "['run','watch']" && tries < 300; tries += 1) await sleep(200)
    assert.equal(await kinds(), "['run','watch']")
    const metrics = await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text()
    assert.match(metrics, /sidelight_child_up\{child="evals"\} 1/)
  } finally {
    assert.equal((await up.stop(60_000)).code, 0)
  }
})
