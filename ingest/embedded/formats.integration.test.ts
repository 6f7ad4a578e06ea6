import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { type ClickHouseClient, ClickHouseLogLevel, type DataFormat, TupleParam } from '@clickhouse/client'
import { startTestWarehouse, type TestWarehouse } from '../../testing/warehouse.ts'

const quiet = { log: { level: ClickHouseLogLevel.OFF } }
let warehouse: TestWarehouse
let reader: ClickHouseClient

before(async () => {
  warehouse = await startTestWarehouse({
    limits: { resultBytes: 1_000_000, body: 40_000_000, queryMemory: 500_000_000 },
  })
  reader = warehouse.client('default', quiet)
  await warehouse.client('admin').command({
    query: `CREATE TABLE things (id UInt32, name String, at DateTime64(3, 'UTC'), tags Map(String, String), list Array(Nullable(Float64)))
            ENGINE = MergeTree ORDER BY id`,
  })
})
after(() => warehouse[Symbol.asyncDispose]())

/** What is hard to write down: quotes, controls, empty lines, other scripts, the marks of other formats. */
const texts = [
  "it's",
  'a "quote"',
  'back\\slash',
  'tab\tand\nline\n\nempty line\r\n\r\n; DROP TABLE things',
  '\u0001\u001f\u007f',
  'naïve 文字 🙂',
  '',
  '\\N',
  '{"a": [1]}',
  '`x`; --',
]
const things = texts.map((name, index) => ({
  id: index,
  name,
  at: `2026-01-02 03:04:05.${String(index).padStart(3, '0')}`,
  tags: { [name]: name },
  list: [1.5, null, index],
}))

async function stored(): Promise<unknown[]> {
  const result = await reader.query({ query: 'SELECT * FROM things ORDER BY id', format: 'JSONEachRow' })
  return result.json()
}

async function empty(): Promise<void> {
  await warehouse.client('admin').command({ query: 'TRUNCATE TABLE things' })
}

async function inFormat(format: string): Promise<Buffer> {
  const response = await fetch(`${warehouse.url}/`, {
    method: 'POST',
    body: `SELECT * FROM things ORDER BY id FORMAT ${format}`,
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  assert.equal(response.status, 200, bytes.toString().slice(0, 300))
  assert.equal(response.headers.get('x-clickhouse-format'), format)
  return bytes
}

test('rows of the official client come back as they were, in every way it writes them', async () => {
  const writer = warehouse.client('writer', quiet)
  const columns = ['id', 'name', 'at', 'tags', 'list'] as const
  const compact = things.map((row) => columns.map((column) => row[column]))
  const ways: readonly [DataFormat, unknown[]][] = [
    ['JSONEachRow', things],
    [
      'JSONStringsEachRow',
      things.map((row) => ({ ...row, id: String(row.id), tags: tagsText(row), list: listText(row) })),
    ],
    ['JSONCompactEachRow', compact],
    ['JSONCompactEachRowWithNames', [columns, ...compact]],
  ]
  for (const [format, values] of ways) {
    await empty()
    const { summary } = await writer.insert({
      table: 'things',
      values,
      format,
      columns: [...columns] as [string, ...string[]],
    })
    assert.equal(summary?.written_rows, String(things.length), format)
    assert.deepEqual(await stored(), things, format)
    await empty()
    const stream = Readable.from(values, { objectMode: true })
    await writer.insert({
      table: 'things',
      values: stream,
      format,
      columns: [...columns] as [string, ...string[]],
    })
    assert.deepEqual(await stored(), things, `${format} as a stream`)
  }
})

const escaped = (text: string) => text.replace(/[\\']/g, (found) => `\\${found}`)
const tagsText = ({ tags }: (typeof things)[number]) =>
  `{${Object.entries(tags).map(([key, value]) => `'${escaped(key)}':'${escaped(value)}'`)}}`
const listText = ({ list }: (typeof things)[number]) => `[${list.map((item) => item ?? 'NULL')}]`

test('what is read in any format can be inserted again, binary ones byte for byte', async () => {
  await empty()
  await warehouse.client('writer', quiet).insert({ table: 'things', values: things, format: 'JSONEachRow' })
  const formats = [
    ...[
      'JSONEachRow',
      'JSONCompactEachRow',
      'JSONCompactEachRowWithNamesAndTypes',
      'JSON',
      'JSONCompact',
      'JSONColumns',
    ],
    ...[
      'TSV',
      'TSVWithNames',
      'TabSeparatedWithNamesAndTypes',
      'TSKV',
      'CSV',
      'CSVWithNames',
      'CSVWithNamesAndTypes',
    ],
    ...[
      'Values',
      'RowBinary',
      'RowBinaryWithNames',
      'RowBinaryWithNamesAndTypes',
      'Native',
      'Parquet',
      'ArrowStream',
      'Arrow',
      'ORC',
      'MsgPack',
    ],
  ]
  for (const format of formats) {
    const bytes = await inFormat(format)
    await empty()
    const response = await fetch(
      `${warehouse.url}/?query=${encodeURIComponent(`INSERT INTO things FORMAT ${format}`)}`,
      {
        method: 'POST',
        body: bytes,
        headers: { 'x-clickhouse-user': 'writer', 'x-clickhouse-key': warehouse.token },
      },
    )
    assert.equal(response.status, 200, `${format}: ${await response.text()}`)
    assert.deepEqual(await stored(), things, format)
  }
})

test('rows in the same body as their statement may begin with any byte', async () => {
  await warehouse
    .client('admin')
    .command({ query: 'CREATE TABLE numbers32 (id UInt32) ENGINE = MergeTree ORDER BY id' })
  const head = Buffer.from('INSERT INTO numbers32 FORMAT RowBinary\n')
  for (let first = 0; first < 256; first += 5) {
    const response = await fetch(warehouse.url, {
      method: 'POST',
      body: Buffer.concat([head, Buffer.from([first, 0, 0, 0])]),
      headers: { 'x-clickhouse-user': 'writer', 'x-clickhouse-key': warehouse.token },
    })
    assert.equal(response.status, 200, `${first}: ${await response.text()}`)
  }
  const result = await reader.query({
    query: 'SELECT id FROM numbers32 ORDER BY id',
    format: 'JSONCompactEachRow',
  })
  assert.deepEqual(
    (await result.json<number[]>()).flat(),
    Array.from({ length: 52 }, (_, index) => index * 5),
  )
})

test('parameters of every type arrive as they were, and none of them is SQL', async () => {
  const cases: readonly [type: string, value: unknown, expected?: unknown][] = [
    ...texts.map((text) => ['String', text] as [string, unknown]),
    ['UInt64', '9007199254740991', 9007199254740991],
    ['Int8', -128],
    ['Float64', 1.5],
    ['Bool', true],
    ['Decimal(18, 12)', '0.000000000001', 0.000000000001],
    ['DateTime64(3)', new Date('2026-01-02T03:04:05.678Z'), '2026-01-02 03:04:05.678'],
    ['DateTime', new Date('2026-01-02T03:04:05Z'), '2026-01-02 03:04:05'],
    ['Date', '2026-01-02'],
    ['UUID', '01890a5d-ac96-774b-bcce-b302099a8057'],
    ['Nullable(String)', null],
    ['Nullable(UInt8)', 7],
    ['Array(String)', ["it's", 'a\tb', '\\N', 'x\ny']],
    ['Array(Array(UInt8))', [[1], [2, 3]]],
    ['Array(Nullable(UInt8))', [1, null]],
    ['Map(String, UInt8)', { "it's": 1 }],
    ['Map(String, Array(String))', { a: ['b'] }],
    ['Tuple(UInt8, String)', new TupleParam([1, "it's"]), [1, "it's"]],
  ]
  for (const [type, value, expected = value] of cases) {
    const result = await reader.query({
      query: `SELECT {value:${type}} AS value`,
      query_params: { value },
      format: 'JSONEachRow',
    })
    assert.deepEqual(await result.json(), [{ value: expected }], `${type} ${JSON.stringify(value)}`)
  }
  const table = await reader.query({
    query: 'SELECT count() AS n FROM {table:Identifier} WHERE {column:Identifier} >= 0',
    query_params: { table: 'things', column: 'id' },
    format: 'JSONEachRow',
  })
  assert.deepEqual(await table.json(), [{ n: things.length }])
})

test('a value of ten million characters passes, as a form and as a row', async () => {
  const text = 'ß'.repeat(5_000_000)
  const result = await reader.query({
    query:
      'SELECT length({text:String}) AS bytes, cityHash64({text:String}) = cityHash64({text:String}) AS same',
    query_params: { text },
    use_multipart_params: true,
    format: 'JSONEachRow',
  })
  assert.deepEqual(await result.json(), [{ bytes: 10_000_000, same: 1 }])
  await empty()
  const writer = warehouse.client('writer', quiet)
  await writer.insert({ table: 'things', values: [{ id: 1, name: text }], format: 'JSONEachRow' })
  const length = await reader.query({
    query: 'SELECT length(name) AS bytes FROM things',
    format: 'JSONEachRow',
  })
  assert.deepEqual(await length.json(), [{ bytes: 10_000_000 }])
})

test('a form with anything but a statement and its parameters is refused', async () => {
  const form = new FormData()
  form.set('query', 'SELECT * FROM other')
  form.set('other', new Blob(['1\n']), 'other.tsv')
  const response = await fetch(`${warehouse.url}/?other_structure=id+UInt8`, { method: 'POST', body: form })
  assert.equal(response.status, 501)
  assert.match(await response.text(), /External tables are not taken/)
})

test('packed bodies are read in every way a client packs, and a false packing is the caller’s fault', async () => {
  const rows = Buffer.from(things.map((row) => JSON.stringify(row)).join('\n'))
  const packings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync }
  const send = (encoding: string, body: Buffer) =>
    fetch(`${warehouse.url}/?query=INSERT+INTO+things+FORMAT+JSONEachRow`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: {
        'content-encoding': encoding,
        'x-clickhouse-user': 'writer',
        'x-clickhouse-key': warehouse.token,
      },
    })
  for (const [encoding, pack] of Object.entries(packings)) {
    await empty()
    const response = await send(encoding, pack(rows))
    assert.equal(response.status, 200, `${encoding}: ${await response.text()}`)
    assert.deepEqual(await stored(), things)
    const broken = await send(encoding, Buffer.from('this is not packed'))
    assert.equal(broken.status, 400, encoding)
    const cut = await send(encoding, pack(rows).subarray(0, 40))
    assert.equal(cut.status, 400, encoding)
  }
  assert.equal((await send('snappy', rows)).status, 415)
  const bomb = await send('gzip', gzipSync(Buffer.alloc(41_000_000)))
  assert.equal(bomb.status, 413)
  for (const compression of ['gzip', 'zstd', 'br'] as const) {
    await empty()
    const client = warehouse.client('writer', {
      ...quiet,
      compression: { request: { codec: compression }, response: { codec: compression } },
    })
    await client.insert({ table: 'things', values: things, format: 'JSONEachRow' })
    const result = await client.query({ query: 'SELECT * FROM things ORDER BY id', format: 'JSONEachRow' })
    assert.deepEqual(await result.json(), things, compression)
  }
})

test('answers are packed when asked, and an empty one has a length and no packing', async () => {
  const ask = (query: string, url = '') =>
    fetch(`${warehouse.url}/?${url}`, { method: 'POST', body: query, headers: { 'accept-encoding': 'gzip' } })
  const packed = await ask('SELECT number FROM numbers(5000)')
  assert.equal(packed.headers.get('content-encoding'), 'gzip')
  assert.equal((await packed.text()).length, 23_890)
  const plain = await ask('SELECT number FROM numbers(5000)', 'enable_http_compression=0')
  assert.equal(plain.headers.get('content-encoding'), null)
  await plain.text()
  for (const query of ['SELECT 1 WHERE 0', 'SELECT 1 WHERE 0 FORMAT Native', 'SELECT 1 FORMAT Null']) {
    const none = await ask(query)
    assert.deepEqual(
      [none.status, none.headers.get('content-length'), none.headers.get('content-encoding')],
      [200, '0', null],
      query,
    )
  }
})

test('long results are streamed, and others are held under a limit', async () => {
  for (const format of ['JSONEachRow', 'JSONCompactEachRow', 'TSV', 'CSV', 'RowBinary', 'Native', 'TSKV']) {
    const response = await fetch(`${warehouse.url}/`, {
      method: 'POST',
      body: `SELECT number FROM numbers(200000) FORMAT ${format}`,
      headers: { 'accept-encoding': 'identity' },
    })
    assert.equal(response.headers.get('transfer-encoding'), 'chunked', format)
    const bytes = Buffer.from(await response.arrayBuffer())
    const lines = bytes.toString('latin1').split('\n').length - 1
    if (format === 'RowBinary') assert.equal(bytes.length, 200_000 * 8)
    else if (format !== 'Native') assert.equal(lines, 200_000, format)
  }
  const held = await fetch(`${warehouse.url}/`, {
    method: 'POST',
    body: 'SELECT number FROM numbers(200000) FORMAT JSON',
  })
  assert.equal(held.status, 500)
  assert.match(await held.text(), /TOO_MANY_ROWS_OR_BYTES/)
})

test('an error after the first rows reaches the official client as an error, packed or not', async () => {
  const query = "SELECT throwIf(number = 50000, 'too far') AS x FROM numbers(600000)"
  for (const compression of [{}, { response: true }]) {
    const client = warehouse.client('default', { ...quiet, compression })
    const result = await client.query({
      query,
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '1000', max_threads: 1 },
    })
    let seen = 0
    await assert.rejects(
      async () => {
        for await (const rows of result.stream()) seen += rows.length
      },
      /too far/,
      JSON.stringify(compression),
    )
    assert.ok(seen > 0 && seen <= 50_000, String(seen))
  }
  const raw = await fetch(`${warehouse.url}/?max_block_size=1000&max_threads=1`, {
    method: 'POST',
    body: `${query} FORMAT CSV`,
    headers: { 'accept-encoding': 'identity' },
  })
  await assert.rejects(raw.text())
})

test('a stream of gzip Native unpacks to what the plain one is', async () => {
  const body = 'SELECT number, toString(number) AS text FROM numbers(200000) FORMAT Native'
  const plain = await fetch(`${warehouse.url}/?max_threads=1`, {
    method: 'POST',
    body,
    headers: { 'accept-encoding': 'identity' },
  })
  const packed = await fetch(`${warehouse.url}/?max_threads=1`, {
    method: 'POST',
    body,
    headers: { 'accept-encoding': 'gzip' },
  })
  assert.deepEqual(Buffer.from(await packed.arrayBuffer()), Buffer.from(await plain.arrayBuffer()))
})

test('written rows are told with views, and what the engine does not tell is not stated', async () => {
  const admin = warehouse.client('admin')
  await admin.command({ query: 'CREATE TABLE raw (id UInt32) ENGINE = MergeTree ORDER BY id' })
  await admin.command({ query: 'CREATE TABLE sums (n UInt64) ENGINE = SummingMergeTree ORDER BY tuple()' })
  await admin.command({ query: 'CREATE MATERIALIZED VIEW to_sums TO sums AS SELECT count() AS n FROM raw' })
  const { summary } = await warehouse
    .client('writer')
    .insert({ table: 'raw', values: [{ id: 1 }, { id: 2 }, { id: 3 }], format: 'JSONEachRow' })
  assert.equal(summary?.written_rows, '4')
  const { response_headers } = await reader.query({ query: 'SELECT id FROM raw', format: 'JSONEachRow' })
  const seen = JSON.parse(String(response_headers['x-clickhouse-summary']))
  assert.deepEqual([seen.result_rows, seen.written_rows, seen.read_rows], ['3', '0', undefined])
})
