import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startTestWarehouse, type TestWarehouse } from '../../testing/warehouse.ts'

/** What clickhouse-go v2 sends over HTTP, and Grafana's datasource through it, byte for byte as it reads it. */
let warehouse: TestWarehouse

before(async () => {
  warehouse = await startTestWarehouse()
})
after(() => warehouse[Symbol.asyncDispose]())

async function ask(sql: string, version: number, more: Record<string, string> = {}): Promise<Response> {
  return fetch(
    `${warehouse.url}/?default_format=Native&database=sidelight&client_protocol_version=${version}`,
    {
      method: 'POST',
      body: sql,
      headers: {
        authorization: `Basic ${Buffer.from('default:').toString('base64')}`,
        'content-type': 'application/octet-stream',
        'accept-encoding': 'identity',
        ...more,
      },
    },
  )
}

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

test('the hello is one block in the framing of revision 54460', async () => {
  const response = await ask('SELECT displayName(), version(), revision(), timezone()', 54460)
  assert.equal(response.status, 200)
  const bytes = await bytesOf(response)
  const version = Buffer.from(
    (await (await fetch(`${warehouse.url}/?query=SELECT%20version()`)).text()).trim(),
  )
  assert.deepEqual(
    bytes,
    Buffer.concat([
      Buffer.from('010002ffffffff00', 'hex'),
      Buffer.from([4, 1]),
      Buffer.from('\x0ddisplayName()\x06String\x00\x09sidelight', 'latin1'),
      Buffer.from('\x09version()\x06String\x00', 'latin1'),
      Buffer.from([version.length]),
      version,
      Buffer.from('\x0arevision()\x06UInt32\x00\x00\x00\x00\x00', 'latin1'),
      Buffer.from('\x0atimezone()\x06String\x00\x03UTC', 'latin1'),
    ]),
  )
})

test('everything after it is plain Native, with health as one column named 1', async () => {
  const health = await bytesOf(await ask('SELECT 1', 0))
  assert.deepEqual(health, Buffer.from('\x01\x01\x011\x05UInt8\x01', 'latin1'))
  const spaced = await bytesOf(await ask('select  displayName(),version(), revision(), timezone();', 54460))
  assert.equal(spaced.subarray(0, 8).toString('hex'), '010002ffffffff00')
})

test('rows come as gzip Native when asked, and read the same', async () => {
  const sql = 'SELECT number, toString(number) AS text FROM numbers(1000)'
  const plain = await bytesOf(await ask(sql, 0))
  assert.equal(plain[0], 2)
  assert.equal(plain.subarray(1, 3).toString('hex'), 'e807')
  const response = await fetch(`${warehouse.url}/?default_format=Native&client_protocol_version=0`, {
    method: 'POST',
    body: sql,
    headers: { 'accept-encoding': 'gzip' },
  })
  assert.equal(response.headers.get('content-encoding'), 'gzip')
  assert.deepEqual(await bytesOf(response), plain)
})

test('what it inserts is Native in the body, its statement in the URL', async () => {
  const auth = { authorization: `Basic ${Buffer.from(`admin:${warehouse.token}`).toString('base64')}` }
  await ask('CREATE TABLE things (number UInt64, text String) ENGINE = MergeTree ORDER BY number', 0, auth)
  const rows = await bytesOf(await ask('SELECT number, toString(number) AS text FROM numbers(1000)', 0))
  const url = `${warehouse.url}/?client_protocol_version=0&query=${encodeURIComponent('INSERT INTO things (number, text) FORMAT Native')}`
  const inserted = await fetch(url, { method: 'POST', body: new Uint8Array(rows), headers: auth })
  assert.equal(inserted.status, 200, await inserted.text())
  const count = await fetch(`${warehouse.url}/?query=SELECT%20count(),sum(number)%20FROM%20things`)
  assert.equal(await count.text(), '1000\t499500\n')
})

test('the same question of anybody else is answered by the engine', async () => {
  const response = await fetch(
    `${warehouse.url}/?query=SELECT%20displayName(),version(),revision(),timezone()`,
  )
  const [, , revision, zone] = (await response.text()).trim().split('\t')
  assert.ok(Number(revision) > 54000)
  assert.equal(zone, 'UTC')
})
