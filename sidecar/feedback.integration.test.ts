import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { startTestSidecar, type TestSidecar } from '../testing/sidecar.ts'

const requestId = '019ac0de-0000-7000-8000-00000000abcd'
const thumbsUp = { request_id: requestId, name: 'thumbs', value: 1 }

async function send(sidecar: TestSidecar, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${sidecar.origin}/v1/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const answer = (await response.json()) as { error?: { param: string; code: string; message: string } }
  return { status: response.status, answer, headers: response.headers }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

const counted = (sidecar: TestSidecar, status: string) =>
  Number(
    new RegExp(`sidelight_feedback_total\\{status="${status}"\\} (\\d+)`).exec(
      sidecar.sidecar.metrics.render(),
    )?.[1] ?? 0,
  )

test('feedback on any request is taken: a row, a count, and no record of a request', async () => {
  await using sidecar = await startTestSidecar('identity: { app: checkout }')
  const { status, answer, headers } = await send(sidecar, thumbsUp, { 'x-sidelight-customer': 'acme' })
  assert.deepEqual([status, answer], [202, { request_id: requestId, status: 'accepted' }])
  assert.match(headers.get('x-sidelight-request-id') ?? '', /^[0-9a-f-]{36}$/)
  await send(sidecar, { ...thumbsUp, name: 'tone', value: 0.3 })
  const [first, second] = sidecar.feedback
  assert.deepEqual(
    { ...first, ts: 0, sidecar_id: '', boot: 0 },
    {
      ts: 0,
      request_id: requestId,
      name: 'thumbs',
      value: 1,
      comment: '',
      app: 'checkout',
      key_name: '',
      customer: 'acme',
      sidecar_id: '',
      boot: 0,
      worker: 0,
      seq: 1,
      schema_version: 1,
    },
  )
  assert.deepEqual([second?.name, second?.value, second?.seq], ['tone', 0.3, 2])
  assert.deepEqual([counted(sidecar, 'accepted'), sidecar.records.length], [2, 0])
})

test('a comment is not kept, and the answer says so and why', async () => {
  await using sidecar = await startTestSidecar('')
  const { status, answer } = await send(sidecar, { ...thumbsUp, comment: 'Call me on 555-0100' })
  assert.deepEqual(
    [status, answer],
    [
      202,
      {
        request_id: requestId,
        status: 'accepted',
        comment: 'not_stored',
        comment_reason: 'content.store is none: no text is kept',
      },
    ],
  )
  assert.equal(sidecar.feedback[0]?.comment, '')
  assert.doesNotMatch(sidecar.logged.join(''), /555/)
})

test('a mistake is refused in the shape of OpenAI with its field; nothing is written', async () => {
  await using sidecar = await startTestSidecar('')
  for (const [body, param] of [
    [{ ...thumbsUp, request_id: 'resp_1' }, 'request_id'],
    [{ ...thumbsUp, value: 2 }, 'value'],
    [{ ...thumbsUp, rating: 5 }, 'rating'],
  ] as const) {
    const { status, answer } = await send(sidecar, body)
    assert.deepEqual([status, answer.error?.param, answer.error?.code], [400, param, 'invalid_body'])
  }
  for (const [body, code] of [
    ['', 'invalid_json'],
    ['[1]', 'invalid_body'],
    ['{"request_id":', 'invalid_json'],
    [JSON.stringify({ ...thumbsUp, comment: 'x'.repeat(70_000) }), 'body_too_large'],
  ] as const) {
    assert.equal((await send(sidecar, body)).answer.error?.code, code, body.slice(0, 30))
  }
  assert.deepEqual([sidecar.feedback.length, sidecar.records.length], [0, 0])
  assert.equal(counted(sidecar, 'refused'), 7)
})

test('a key gives feedback for its own app, at its own rate; a stranger gives none', async () => {
  await using sidecar = await startTestSidecar(
    'identity: { app: other }\nkeys: [{ name: k1, hashEnv: KEY_HASH, app: checkout, requestsPerMinute: 2 }]',
    { environment: { KEY_HASH: hashOf('secret') } },
  )
  assert.equal((await send(sidecar, thumbsUp)).status, 401)
  assert.equal((await send(sidecar, thumbsUp, { authorization: 'Bearer wrong' })).status, 401)
  const key = { authorization: 'Bearer secret' }
  const statuses: number[] = []
  for (let n = 0; n < 4; n += 1) statuses.push((await send(sidecar, thumbsUp, key)).status)
  assert.deepEqual(statuses, [202, 202, 429, 429])
  assert.deepEqual(
    sidecar.feedback.map(({ app, key_name }) => [app, key_name]),
    [
      ['checkout', 'k1'],
      ['checkout', 'k1'],
    ],
  )
})

test('only POST gives feedback', async () => {
  await using sidecar = await startTestSidecar('')
  const response = await fetch(`${sidecar.origin}/v1/feedback`)
  assert.equal(response.status, 405)
})
