import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import { fakeClock } from '../../../testing/fake-clock.ts'
import { createTokenSource } from './token.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

const account = JSON.stringify({
  type: 'service_account',
  client_email: 'robot@my-project.iam.gserviceaccount.com',
  private_key: privateKey,
  private_key_id: 'key-1',
  token_uri: 'https://token.example/token',
})

/** A token endpoint that answers when told to. */
function endpoint(clock = fakeClock()) {
  const calls: { url: string; form: string; answer: (body: string) => void; fail: () => void }[] = []
  const fetchToken = (url: string, form: string) =>
    new Promise<string>((resolve, reject) => {
      calls.push({ url, form, answer: resolve, fail: () => reject(new Error('unreachable')) })
    })
  return { clock, calls, source: createTokenSource({ fetchToken, nowMs: clock.now }) }
}

const tokenBody = (token: string) =>
  JSON.stringify({ access_token: token, expires_in: 3600, token_type: 'Bearer' })
const minutes = (count: number) => count * 60_000
const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString())

async function withToken(token: string) {
  const setup = endpoint()
  const first = setup.source.tokenFor(account)
  setup.calls[0]?.answer(tokenBody(token))
  assert.equal(await first, token)
  return setup
}

test('the claim is signed with the key of the account and names the token endpoint', async () => {
  const { calls, clock } = await withToken('t1')
  assert.equal(calls[0]?.url, 'https://token.example/token')
  const form = new URLSearchParams(calls[0]?.form)
  assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer')
  const [header, claims, signature] = (form.get('assertion') ?? '').split('.')
  assert.ok(
    verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${claims}`),
      publicKey,
      Buffer.from(signature ?? '', 'base64url'),
    ),
  )
  assert.deepEqual(decode(header), { alg: 'RS256', typ: 'JWT', kid: 'key-1' })
  const issuedAt = clock.now() / 1000
  assert.deepEqual(decode(claims), {
    iss: 'robot@my-project.iam.gserviceaccount.com',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    aud: 'https://token.example/token',
    iat: issuedAt,
    exp: issuedAt + 3600,
  })
})

test('requests at the same time share one fetch, and later ones need none', async () => {
  const { calls, source } = endpoint()
  const waiting = [source.tokenFor(account), source.tokenFor(account), source.tokenFor(account)]
  assert.equal(calls.length, 1)
  calls[0]?.answer(tokenBody('t1'))
  assert.deepEqual(await Promise.all(waiting), ['t1', 't1', 't1'])
  assert.equal(source.tokenFor(account), 't1')
  assert.equal(calls.length, 1)
})

test('a token is renewed ahead of its end while the old one still serves', async () => {
  const { calls, clock, source } = await withToken('t1')
  await clock.advance(minutes(54))
  assert.equal(source.tokenFor(account), 't1')
  assert.equal(calls.length, 1)
  await clock.advance(minutes(2))
  assert.equal(source.tokenFor(account), 't1')
  assert.equal(source.tokenFor(account), 't1')
  assert.equal(calls.length, 2)
  calls[1]?.answer(tokenBody('t2'))
  await clock.advance(1)
  await new Promise(setImmediate)
  assert.equal(source.tokenFor(account), 't2')
})

test('a failed renewal costs no one anything, and is tried again after a while', async () => {
  const { calls, clock, source } = await withToken('t1')
  await clock.advance(minutes(56))
  assert.equal(source.tokenFor(account), 't1')
  calls[1]?.fail()
  await new Promise(setImmediate)
  assert.equal(source.tokenFor(account), 't1')
  assert.equal(calls.length, 2)
  await clock.advance(10_000)
  assert.equal(source.tokenFor(account), 't1')
  assert.equal(calls.length, 3)
})

test('an expired token is never used', async () => {
  const { calls, clock, source } = await withToken('t1')
  await clock.advance(minutes(61))
  const next = source.tokenFor(account)
  calls[1]?.answer(tokenBody('t2'))
  assert.equal(await next, 't2')
})

test('a first fetch that fails fails its requests, and the next one tries again', async () => {
  const { calls, source } = endpoint()
  const first = source.tokenFor(account)
  calls[0]?.fail()
  await assert.rejects(async () => first, /unreachable/)
  const second = source.tokenFor(account)
  calls[1]?.answer('<html>')
  await assert.rejects(async () => second, GatewayError)
})

test('a refresh token of gcloud works as well', async () => {
  const { calls, source } = endpoint()
  const user = { type: 'authorized_user', client_id: 'i', client_secret: 's', refresh_token: 'r' }
  const token = source.tokenFor(JSON.stringify(user))
  assert.equal(calls[0]?.url, 'https://oauth2.googleapis.com/token')
  assert.equal(new URLSearchParams(calls[0]?.form).get('refresh_token'), 'r')
  calls[0]?.answer(tokenBody('t1'))
  assert.equal(await token, 't1')
})

test('unusable credentials say what is missing and show nothing of the key', () => {
  const { source } = endpoint()
  for (const json of [
    'secret',
    '[]',
    '{"client_email":"secret"}',
    '{"client_email":"a","private_key":"secret"}',
  ]) {
    assert.throws(
      () => source.tokenFor(json),
      (error) =>
        error instanceof GatewayError &&
        error.code === 'provider_key_missing' &&
        !error.message.includes('secret'),
      json,
    )
  }
})
