import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readEvents } from '../testing/console/events.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'

const main = join(import.meta.dirname, 'main.ts')
const startMs = 60_000

/** Two processes that share the port, and no warehouse that anybody runs. */
test('the live list shows every process, works without a warehouse, and does not hold up the end', async () => {
  await using folder = await tempDir()
  await writeFile(
    folder.file('sidelight.yaml'),
    'workers: 2\nproviders: { simulated: { kind: simulated } }\n',
  )
  await using run = spawnProcess([nodeCommand, main, 'sidecar'], {
    cwd: folder.path,
    env: {
      SIDELIGHT_CONFIG: undefined,
      SIDELIGHT_LISTEN: '127.0.0.1:0',
      SIDELIGHT_ADMIN: '127.0.0.1:0',
      SIDELIGHT_WAREHOUSE_LISTEN: '127.0.0.1:1',
    },
  })
  const [, origin = '', admin = ''] = await run.waitFor(/serving on (http:\S+), admin on (http:\S+)/, startMs)
  const send = async (customer: string) => {
    // A connection of its own each time, so that the kernel shares them among the processes.
    const answer = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sidelight-customer': customer, connection: 'close' },
      body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'Hello' }] }),
    })
    await answer.text()
    return answer.headers.get('x-sidelight-request-id')
  }
  const before = await send('before')
  using reader = await readEvents(`${admin}/console/api/stream`)
  await reader.until('request')
  const sent = [before, ...(await Promise.all(Array.from({ length: 8 }, (_, n) => send(`c${n}`))))]
  const test = await fetch(`${admin}/console/api/test-request`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  sent.push(((await test.json()) as { request_id: string }).request_id)
  const events = await reader.until('request', sent.length)
  assert.deepEqual(new Set(events.map(({ data }) => JSON.parse(data).row.id)), new Set(sent))

  const page = await fetch(`${admin}/console/`)
  assert.match(await page.text(), /<title>Sidelight<\/title>/)
  const away = await fetch(`${admin}/console/api/panel/overview-spend`)
  assert.deepEqual([away.status, ((await away.json()) as { code: string }).code], [503, 'ECONNREFUSED'])
  const found = await fetch(`${admin}/console/api/request/${before}`)
  const { explanation, bills } = (await found.json()) as {
    explanation: { request: { customer: string }; attempts: { starts_ms: number }[] }
    bills: unknown[]
  }
  assert.equal(explanation.request.customer, 'before')
  assert.equal(explanation.attempts.length, 1)
  assert.deepEqual(bills, [])
  const session = await fetch(`${admin}/console/api/request/${before}/session`)
  assert.deepEqual(await session.json(), { neighbours: [] })

  const { code } = await run.stop(10_000)
  assert.equal(code, 0, 'an open stream is no reason to be killed')
  await reader.whenEnded()
})
