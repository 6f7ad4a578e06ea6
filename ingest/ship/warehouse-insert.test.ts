import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { insertStatement } from '../insert.ts'
import type { Block } from './blocks.ts'
import { outcomeOfError } from './outcome.ts'
import { createInserter } from './warehouse-insert.ts'

const block: Block = { table: 'feedback', columns: 2, rows: [Buffer.from('[1,"a"]'), Buffer.from('[2,"b"]')] }

type Answer = (req: IncomingMessage, res: ServerResponse, body: string) => void

/** What an inserter makes of something that answers like this. */
async function insertAt(answer: Answer, timeoutMs = 2000) {
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req.setEncoding('utf8')) body += chunk
    answer(req, res, body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const inserter = createInserter({ url, username: 'writer', password: 'p', database: 'd' }, timeoutMs)
  try {
    return await inserter.insert(block, 'token-1')
  } finally {
    await inserter.close()
    server.closeAllConnections()
    server.close()
  }
}

function queryOf(req: IncomingMessage): URLSearchParams {
  return new URL(req.url ?? '', 'http://x').searchParams
}

function reasonOf(outcome: { kind: string; reason?: string }): string {
  return outcome.kind === 'wait' ? (outcome.reason ?? '') : outcome.kind
}

test('rows go as they lie, under their token, and are taken when the answer names the query', async () => {
  let seen: { body: string; query: string | null; token: string | null } | undefined
  const outcome = await insertAt((req, res, body) => {
    const query = queryOf(req)
    seen = { body, query: query.get('query'), token: query.get('insert_deduplication_token') }
    res.setHeader('x-clickhouse-query-id', query.get('query_id') ?? '').end()
  })
  assert.deepEqual(outcome, { kind: 'taken' })
  assert.deepEqual(seen, {
    body: '[1,"a"]\n[2,"b"]\n',
    query: insertStatement('d', 'feedback', 2),
    token: 'token-1',
  })
})

test('a 200 of something else is no acknowledgement', async () => {
  assert.equal(reasonOf(await insertAt((_req, res) => res.end('<html>welcome</html>'))), 'garbage')
  const other = await insertAt((_req, res) => res.setHeader('x-clickhouse-query-id', 'another').end())
  assert.equal(reasonOf(other), 'garbage')
  const failed = await insertAt((req, res) => {
    res.setHeader('x-clickhouse-query-id', queryOf(req).get('query_id') ?? '')
    res.setHeader('x-clickhouse-exception-code', '241').end()
  })
  assert.equal(reasonOf(failed), 'garbage')
})

test('a page of a proxy, a cut connection and silence are reasons to wait', async () => {
  const page = await insertAt((_req, res) => res.writeHead(502).end('<h1>Bad gateway</h1>'))
  assert.equal(reasonOf(page), 'garbage')
  assert.equal(reasonOf(await insertAt((req) => req.socket.destroy())), 'unreachable')
  assert.equal(reasonOf(await insertAt(() => {}, 100)), 'timeout')
})

test('nobody there is a reason to wait', async () => {
  const inserter = createInserter({ url: 'http://127.0.0.1:1', username: '', password: '', database: 'd' })
  assert.equal(reasonOf(await inserter.insert(block, 't')), 'unreachable')
  await inserter.close()
})

for (const [code, reason] of [
  [164, 'read_only'],
  [242, 'read_only'],
  [241, 'memory'],
  [252, 'busy'],
  [60, 'schema'],
  [16, 'schema'],
  [516, 'login'],
  [243, 'disk_full'],
  [999_999, 'unknown'],
  [27, 'refused'],
] as const) {
  test(`error ${code} of the warehouse: ${reason}`, async () => {
    const outcome = await insertAt((_req, res) => {
      res.writeHead(500, { 'x-clickhouse-exception-code': String(code) })
      res.end(
        `Code: ${code}. DB::Exception: Something about (UNKNOWN_TABLE) rows. (SOME_NAME) (version 26.7)`,
      )
    })
    assert.equal(reasonOf(outcome), reason)
  })
}

test('of the message only the number and the column are kept: it shows what callers wrote', () => {
  const message = 'Cannot parse UUID: secret text: (while reading the value of key request_id): (at row 1)'
  assert.deepEqual(outcomeOfError(376, message), {
    kind: 'refused',
    reason: 'CANNOT_PARSE_UUID',
    column: 'request_id',
  })
})

test('an error of a view is no reason to send the rows under other tokens', () => {
  const outcome = outcomeOfError(407, 'Decimal overflow: while pushing to view sidelight.usage_hourly_mv')
  assert.equal(reasonOf(outcome), 'view')
})
