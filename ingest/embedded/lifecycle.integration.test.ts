import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { tempDir } from '../../testing/temp-dir.ts'
import { spawnWarehouse, startTestWarehouse } from '../../testing/warehouse.ts'

test('a second process on a directory ends at once and names the first one', async () => {
  await using folder = await tempDir()
  await using first = await startTestWarehouse({ stateDir: folder.path })
  await using second = spawnWarehouse(folder.path)
  const { code } = await second.exit
  assert.equal(code, 1)
  assert.match(second.stderr, new RegExp(`in use by process ${first.process.pid}`))
  assert.equal(await (await fetch(`${first.url}/ping`)).text(), 'Ok.\n')
})

test('a signal lets running queries end, and then the process ends with 0', async () => {
  await using folder = await tempDir()
  await using warehouse = await startTestWarehouse({ stateDir: folder.path })
  const asked = fetch(warehouse.url, {
    method: 'POST',
    body: 'SELECT sum(cityHash64(number)) != 0 FROM numbers(300000000)',
  })
  await warehouse.process.waitFor(/warehouse http/)
  for (;;) {
    const metrics = await (await fetch(`${warehouse.url}/metrics`)).text()
    if (/queries_running 1$/m.test(metrics)) break
  }
  warehouse.process.signal('SIGTERM')
  warehouse.process.signal('SIGTERM')
  assert.equal(await (await asked).text(), '1\n')
  assert.deepEqual(await warehouse.process.exit, { code: 0, signal: null })
  assert.deepEqual(
    (await readdir(folder.file('warehouse'))).sort(),
    ['cwd', 'data', 'sidelight-tmp'],
    'the lock is gone',
  )
})

test('what a killed process leaves is taken over: its rows, its lock, its files', async () => {
  await using folder = await tempDir()
  {
    await using killed = await startTestWarehouse({ stateDir: folder.path })
    await killed
      .client('admin')
      .command({ query: 'CREATE TABLE things (id UInt32) ENGINE = MergeTree ORDER BY id' })
    await killed.client('writer').insert({ table: 'things', values: [{ id: 1 }], format: 'JSONEachRow' })
    await writeFile(folder.file('warehouse/sidelight-tmp/rows-left'), 'rows')
    killed.process.signal('SIGKILL')
    await killed.process.exit
  }
  await using next = await startTestWarehouse({ stateDir: folder.path })
  const rows = await next.client('default').query({ query: 'SELECT id FROM things', format: 'JSONEachRow' })
  assert.deepEqual(await rows.json(), [{ id: 1 }])
  assert.deepEqual(await readdir(folder.file('warehouse/sidelight-tmp')), [])
})

test('outside loopback nobody reads without the token', async () => {
  await using warehouse = await startTestWarehouse({ listen: '0.0.0.0:0' })
  const url = warehouse.url.replace('0.0.0.0', '127.0.0.1')
  assert.equal((await fetch(`${url}/?query=SELECT%201`)).status, 403)
  assert.equal((await fetch(`${url}/metrics`)).status, 403)
  assert.equal((await fetch(`${url}/ping`)).status, 200)
  const headers = { 'x-clickhouse-key': warehouse.token }
  assert.equal((await fetch(`${url}/?query=SELECT%201`, { headers })).status, 200)
  assert.equal((await fetch(`${url}/metrics`, { headers })).status, 200)
})

test('the token is for its owner alone; a backup is made in its folder and restored after a loss', async () => {
  await using warehouse = await startTestWarehouse()
  const file = `${warehouse.stateDir}/warehouse.token`
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await readFile(file, 'utf8')).trim(), warehouse.token)
  const admin = warehouse.client('admin')
  const ask = async () =>
    (
      await (
        await admin.query({ query: 'SELECT id FROM things ORDER BY id', format: 'JSONCompactEachRow' })
      ).json()
    ).flat()
  await admin.command({ query: 'CREATE TABLE things (id UInt32) ENGINE = MergeTree ORDER BY id' })
  await admin.command({ query: 'INSERT INTO things VALUES (1), (2)' })
  await admin.command({ query: "BACKUP DATABASE sidelight TO File('first')" })
  assert.deepEqual(await readdir(`${warehouse.stateDir}/backups`), ['first'])
  await admin.command({ query: 'DROP TABLE things SYNC' })
  await admin.command({ query: "RESTORE TABLE sidelight.things FROM File('first')" })
  assert.deepEqual(await ask(), [1, 2])
})
