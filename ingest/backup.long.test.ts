import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertRows, someRequests } from '../testing/ledger-rows.ts'
import { seededRandom } from '../testing/random.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { startTestWarehouse } from '../testing/warehouse.ts'
import { doorOf } from './door.ts'

const cli = new URL('../cli/main.ts', import.meta.url).pathname

const everything = `SELECT
  (SELECT groupArray((request_id, customer, cost_usd, ts)) FROM (SELECT * FROM sidelight.requests ORDER BY request_id)) AS rows,
  (SELECT groupArray((customer, day, n, usd)) FROM (SELECT customer, day, sum(requests) AS n, sum(cost_usd) AS usd
    FROM sidelight.usage_daily GROUP BY customer, day ORDER BY customer, day)) AS sums,
  (SELECT quantilesTDigestMerge(0.5, 0.95, 0.99)(duration_digest) FROM sidelight.latency_1h) AS times,
  (SELECT count() FROM sidelight.price_sheets) AS sheets,
  (SELECT count() FROM sidelight.price_images) AS pictures,
  (SELECT groupArray(name) FROM (SELECT name FROM system.tables WHERE database = 'sidelight' AND engine = 'View' ORDER BY name)) AS views`

test('a ledger that was backed up and wiped is the same after it is restored', async () => {
  await using folder = await tempDir()
  await using warehouse = await startTestWarehouse()
  const door = doorOf(warehouse.client('admin', { database: 'default' }))
  const environment = {
    SIDELIGHT_STATE_DIR: warehouse.stateDir,
    SIDELIGHT_WAREHOUSE_LISTEN: new URL(warehouse.url).host,
  }
  const run = async (...args: string[]) => {
    const started = spawnProcess([nodeCommand, cli, 'warehouse', ...args], {
      cwd: folder.path,
      env: environment,
    })
    const { code } = await started.exit
    return { code, text: started.stdout + started.stderr }
  }
  const migrated = await run('migrate')
  assert.match(
    migrated.text,
    /^-- 1 ledger\n[\s\S]*sidelight: schema \d+ \(\d+ steps applied, .*prices of \d+ providers\n$/,
  )
  await insertRows(door, 'requests', someRequests(seededRandom(9), 400))
  const before = await door.rows(everything)
  const kept = folder.file('kept')
  assert.deepEqual(await run('backup', '--to', kept), { code: 0, text: `sidelight: backed up to ${kept}\n` })

  const refused = await run('restore', '--from', kept)
  assert.equal(refused.code, 1)
  assert.match(refused.text, /holds records.*--replace/)
  await insertRows(door, 'requests', someRequests(seededRandom(10), 50, 1000))
  assert.notDeepEqual(await door.rows(everything), before)
  const restored = await run('restore', '--from', kept, '--replace')
  assert.deepEqual(restored, { code: 0, text: `sidelight: restored from ${kept}\n` })
  assert.deepEqual(await door.rows(everything), before)

  await insertRows(door, 'requests', someRequests(seededRandom(11), 5, 2000))
  const [sums] = await door.rows<{ rows: number; sum: number }>(
    'SELECT (SELECT count() FROM sidelight.requests) AS rows, (SELECT toInt64(sum(requests)) FROM sidelight.usage_hourly) AS sum',
  )
  assert.deepEqual(
    { rows: Number(sums?.rows), sum: Number(sums?.sum) },
    { rows: 405, sum: 405 },
    'views work again',
  )

  const erased = await run('erase', '--customer', 'ann')
  assert.match(erased.text, /^\{"erased":\{.*"requests":\d+\},"audit_subject":"[0-9a-f]{32}"\}\n$/)
  const log = await door.rows('SELECT action FROM sidelight.audit_log ORDER BY ts')
  assert.deepEqual(log, [{ action: 'restore' }, { action: 'erase_customer' }])
})

test('a warehouse that is not there is told of with its address', async () => {
  await using folder = await tempDir()
  const started = spawnProcess([nodeCommand, cli, 'warehouse', 'migrate', '--wait', '300ms'], {
    env: { SIDELIGHT_STATE_DIR: folder.path, SIDELIGHT_WAREHOUSE_LISTEN: '127.0.0.1:9' },
  })
  assert.equal((await started.exit).code, 1)
  assert.match(
    started.stderr,
    /the warehouse at http:\/\/127\.0\.0\.1:9 cannot be used \(ECONNREFUSED\): nothing listens there/,
  )
})
