import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskingPair } from '../../../testing/masking.ts'

const mail = 'jane.roe@example.org'
const key = `sk-ant-${'api03'}-${'Zk3'.repeat(31)}AA`

test('a placeholder goes up and the value comes back; the record has types and counts', async () => {
  await using it = await maskingPair()
  const { said } = await it.ask(`write to ${mail}, to bob@example.net, to ${mail}`)
  assert.equal(said, `write to ${mail}, to bob@example.net, to ${mail}`)
  const sent = JSON.parse(it.upstream.requests[0]?.bodyText ?? '')
  assert.equal(sent.messages[0].content, 'write to [EMAIL_1], to [EMAIL_2], to [EMAIL_1]')
  const [record] = await it.sidelight.recorded(1)
  assert.deepEqual(record?.request.pii_counts, { 'in.EMAIL': 3 })
  assert.equal(record?.request.pii_action, 'mask')
  assert.match(record?.request.mask_rules_version ?? '', /^[0-9a-f]{12}/)
  assert.ok((record?.request.pii_scan_us ?? 0) > 0)
  assert.doesNotMatch(JSON.stringify(record), /jane|bob@/)
})

test('where nothing is found, and on a route without `mask`, the bytes go up as they came', async () => {
  await using it = await maskingPair({ mask: '{ default: mask }' })
  const body =
    '{"model":"m", "messages" : [{"role":"user","content":"caf\\u00e9 9007199254740993"}],"seed":9007199254740993,"x":1.0}'
  for (const [route, content] of [
    ['r', body],
    ['open', body.replace('9007199254740993"', `${mail}"`)],
  ] as const) {
    await fetch(`${it.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-sidelight-route': route },
      body: content,
    }).then((response) => response.text())
    assert.equal(it.upstream.requests.at(-1)?.bodyText, content)
  }
  const [looked, open] = await it.sidelight.recorded(2)
  assert.deepEqual([looked?.request.pii_action, looked?.request.pii_counts], ['none', {}])
  assert.deepEqual([open?.request.mask_rules_version, open?.request.pii_scan_us], ['', 0])
})

test('what is blocked is a 400 in the dialect of the caller that names types and counts, and nobody is asked', async () => {
  await using it = await maskingPair({ mask: '{ default: mask, EMAIL: block }' })
  const content = `${mail} and bob@example.net`
  const asked = [
    ['/v1/chat/completions', { model: 'r', messages: [{ role: 'user', content }] }, 'error.message'],
    ['/v1/responses', { model: 'r', input: content }, 'error.message'],
    ['/v1/messages', { model: 'r', max_tokens: 9, messages: [{ role: 'user', content }] }, 'error.message'],
    ['/v1/messages/count_tokens', { model: 'r', messages: [{ role: 'user', content }] }, 'error.message'],
    ['/v1beta/models/r:generateContent', { contents: [{ parts: [{ text: content }] }] }, 'error.message'],
    [
      '/v1beta/models/r:streamGenerateContent',
      { contents: [{ parts: [{ text: content }] }] },
      'error.message',
    ],
    ['/v1/completions', { model: 'r', prompt: content }, 'error.message'],
    ['/v1/embeddings', { model: 'r', input: [content] }, 'error.message'],
    ['/v1/moderations', { model: 'r', input: content }, 'error.message'],
    ['/v1/rerank', { model: 'r', query: 'x', documents: ['y', content] }, 'error.message'],
    ['/v1/images/generations', { model: 'r', prompt: content }, 'error.message'],
    ['/v1/audio/speech', { model: 'r', input: content, voice: 'x' }, 'error.message'],
  ] as const
  for (const [path, body] of asked) {
    const answer = await it.ask('', { path, body: { messages: undefined, ...body } })
    assert.equal(answer.status, 400, path)
    assert.match(answer.text, /EMAIL \(2\)/, path)
    assert.doesNotMatch(answer.text, /jane|bob/, path)
    if (path.startsWith('/v1/messages')) assert.equal(JSON.parse(answer.text).type, 'error')
    if (path.startsWith('/v1beta')) assert.equal(JSON.parse(answer.text).error.status, 'INVALID_ARGUMENT')
  }
  assert.equal(it.upstream.requests.length, 0)
  for (const { request } of await it.sidelight.recorded(asked.length)) {
    assert.deepEqual(request.pii_counts, { 'in.EMAIL': 2 })
    assert.deepEqual(
      [request.status, request.pii_action, request.error_code],
      ['blocked', 'block', 'personal_data_blocked'],
    )
  }
})

test('redact, hash and partial are not given back; log and allow let the value through', async () => {
  const up = async (action: string) => {
    await using it = await maskingPair({ mask: `{ default: mask, EMAIL: ${action} }` })
    const { said } = await it.ask(`write to ${mail}`)
    const sent = JSON.parse(it.upstream.requests[0]?.bodyText ?? '').messages.at(-1).content
    assert.equal(said, sent)
    const [record] = await it.sidelight.recorded(1)
    return [sent.slice('write to '.length), record?.request.pii_action, record?.request.pii_counts]
  }
  assert.deepEqual(await up('redact'), ['[EMAIL: redacted]', 'redact', { 'in.EMAIL': 1 }])
  assert.deepEqual(await up('partial'), ['[EMAIL: …eorg]', 'partial', { 'in.EMAIL': 1 }])
  const [hash] = await up('hash')
  assert.match(hash, /^\[EMAIL: #[A-Z2-7]{12}\]$/)
  assert.deepEqual(await up('log'), [mail, 'log', { 'in.EMAIL': 1 }])
  assert.deepEqual(await up('log-only'), [mail, 'log', { 'in.EMAIL': 1 }])
  assert.deepEqual(await up('allow'), [mail, 'none', {}])
})

test('a secret is masked and not given back, unless the route says that it may be', async () => {
  for (const [mask, back] of [
    ['{ default: mask, note: false }', '[SECRET_1]'],
    ['{ default: mask, note: false, reversible: [SECRET], output: { SECRET: allow } }', key],
  ] as const) {
    await using it = await maskingPair({ mask, sidecar: { createScanner: () => scannerOf('SECRET', key) } })
    const { said } = await it.ask(`use ${key} here`)
    assert.equal(said, `use ${back} here`)
    assert.doesNotMatch(it.upstream.requests[0]?.bodyText ?? '', /Zk3/)
  }
})

test('no other name for a provider is a way around the rules of a route', async () => {
  await using it = await maskingPair({ yaml: '  other: { candidates: [{ provider: p, model: n }] }' })
  const ways = [
    { model: 'p/m' },
    { model: 'auto' },
    { model: 'auto-fastest' },
    { model: 'm', headers: { 'x-sidelight-provider': 'p' } },
    { model: 'gpt-x', headers: { 'x-sidelight-route': 'r' } },
  ]
  for (const way of ways) {
    const { said, status } = await it.ask(`write to ${mail}`, way)
    assert.equal(status, 200, JSON.stringify(way))
    assert.equal(said, `write to ${mail}`)
    assert.doesNotMatch(it.upstream.requests.at(-1)?.bodyText ?? '', /jane/, JSON.stringify(way))
  }
  // A route that its configuration leaves open stays open.
  await it.ask(`write to ${mail}`, { model: 'open' })
  assert.match(it.upstream.requests.at(-1)?.bodyText ?? '', /jane/)
  const before = it.upstream.requests.length
  for (const path of ['/v1/files', '/v1/batches', '/v1/vector_stores/x/search']) {
    const answer = await it.ask(mail, { path, headers: { 'x-sidelight-provider': 'p' } })
    assert.equal(answer.status, 400)
    assert.match(answer.text, /unscanned_content/)
  }
  assert.equal(it.upstream.requests.length, before)
})

test('a detector that throws or takes too long lets nothing through, on no endpoint', async () => {
  const slow = () => {
    const until = performance.now() + 30
    while (performance.now() < until);
    return []
  }
  const cases = [
    ['{ default: mask }', fails, 500, 'mask_failed'],
    ['{ default: mask, budget: { time: 20ms } }', slow, 400, 'mask_over_budget'],
    ['{ default: mask, budget: { bytes: 5B } }', () => [], 400, 'mask_over_budget'],
  ] as const
  for (const [mask, scan, status, code] of cases) {
    await using it = await maskingPair({ mask, sidecar: { createScanner: () => ({ scan }) } })
    for (const [path, body] of [
      ['/v1/chat/completions', { messages: [{ role: 'user', content: mail }] }],
      ['/v1/responses', { input: mail }],
      ['/v1/messages', { max_tokens: 9, messages: [{ role: 'user', content: mail }] }],
      ['/v1/embeddings', { input: mail }],
    ] as const) {
      const answer = await it.ask('', { path, body: { messages: undefined, ...body } })
      assert.equal(answer.status, status)
      assert.match(answer.text, path === '/v1/messages' ? /"type":"error"/ : new RegExp(code))
      assert.doesNotMatch(answer.text, /jane/)
    }
    assert.equal(it.upstream.requests.length, 0)
    assert.doesNotMatch(it.sidelight.logged.join(''), /jane/)
    const [record] = await it.sidelight.recorded(4)
    assert.deepEqual(
      [record?.request.status, record?.request.pii_action, record?.request.error_code],
      ['blocked', 'block', code],
    )
  }
})

test('only where the configuration says so is a request sent that could not be looked through', async () => {
  const mask = '{ default: mask, onError: allow }'
  await using it = await maskingPair({ mask, sidecar: { createScanner: () => ({ scan: fails }) } })
  assert.equal((await it.ask('hello')).said, 'hello')
  assert.match(it.sidelight.logged.join(''), /sent unmasked.*mask_failed/)
})

test('a hundred requests at once, each with a value of its own, never mix', async () => {
  await using it = await maskingPair({ piece: 2 })
  const asks = Array.from({ length: 100 }, async (_, index) => {
    const content = `mail user${index}@example.org and other${index}@example.net`
    const { said } = await it.ask(content, { body: { stream: index % 2 === 0 } })
    assert.equal(said, content)
  })
  await Promise.all(asks)
  for (const { bodyText } of it.upstream.requests) assert.match(bodyText, /mail \[EMAIL_1\] and \[EMAIL_2\]/)
})

test('who calls is a code in the record, an address with a value in it is refused, a header stays here', async () => {
  await using it = await maskingPair()
  await it.ask('hello', {
    headers: {
      'x-sidelight-customer': mail,
      'x-sidelight-tags': `owner=${mail}`,
      'x-contact': mail,
      'x-other': 'kept',
    },
    body: { user: 'bob@example.net' },
  })
  const [sent] = it.upstream.requests
  assert.equal(sent?.headers['x-contact'], undefined)
  assert.equal(sent?.headers['x-other'], 'kept')
  assert.match(JSON.parse(sent?.bodyText ?? '').user, /^\[EMAIL: #/)
  const refused = await it.ask('hello', { path: `/v1/chat/completions?for=${encodeURIComponent(mail)}` })
  assert.equal(refused.status, 400)
  assert.doesNotMatch(refused.text, /jane/)
  const [first, second] = await it.sidelight.recorded(2)
  assert.match(first?.request.customer ?? '', /^\[EMAIL: #[A-Z2-7]{12}\]$/)
  assert.doesNotMatch(JSON.stringify([first, second]), /jane|bob/)
})

test('texts of a form are masked, its files are parts that nobody looked at', async () => {
  await using it = await maskingPair()
  const send = (route: string) => {
    const form = new FormData()
    form.set('model', route)
    form.set('file', new Blob([Buffer.alloc(100_000)], { type: 'audio/wav' }), `${mail} call.wav`)
    form.set('prompt', `a call with ${mail}`)
    return fetch(`${it.origin}/v1/audio/transcriptions`, { method: 'POST', body: form })
  }
  await send('r').then((response) => response.text())
  const sent = it.upstream.requests[0]
  assert.doesNotMatch(sent?.bodyText ?? '', /jane/)
  assert.match(sent?.bodyText ?? '', /name="prompt"\r\n\r\na call with \[EMAIL_1\]\r\n/)
  assert.match(sent?.bodyText ?? '', /filename="\[EMAIL_1\] call.wav"/)
  assert.match(sent?.bodyText ?? '', /name="model"\r\n\r\nm\r\n/)
  assert.ok((sent?.body.length ?? 0) > 100_000)
  const [record] = await it.sidelight.recorded(1)
  assert.equal(record?.request.unscanned_parts, 1)
})

test('pictures are counted as parts that nobody looked at, and may be refused', async () => {
  const url = `data:image/png;base64,${'iVBORw0K'.repeat(100)}`
  const content = [
    { type: 'text', text: 'look' },
    { type: 'image_url', image_url: { url } },
  ]
  const body = { messages: [{ role: 'user', content }] }
  await using open = await maskingPair()
  assert.equal((await open.ask('', { body })).status, 200)
  const [record] = await open.sidelight.recorded(1)
  assert.equal(record?.request.unscanned_parts, 1)
  await using closed = await maskingPair({ mask: '{ default: mask, unscanned: block }' })
  const refused = await closed.ask('', { body })
  assert.equal(refused.status, 400)
  assert.match(refused.text, /unscanned_content/)
})

test('with `stable: hmac` a value has the same placeholder in every request', async () => {
  await using it = await maskingPair({
    mask: '{ default: mask, note: false, stable: hmac, keyEnv: MASK_KEY }',
    sidecar: { environment: { K: 'k', MASK_KEY: 'secret' } },
  })
  const sent = () => JSON.parse(it.upstream.requests.at(-1)?.bodyText ?? '').messages[0].content
  assert.equal((await it.ask(`a ${mail}`)).said, `a ${mail}`)
  const [, first] = / (\[.*\])$/.exec(sent()) ?? []
  assert.match(first ?? '', /^\[EMAIL_[A-Z2-7]{6}\]$/)
  assert.equal((await it.ask(`bob@example.net, ${mail}`)).said, `bob@example.net, ${mail}`)
  assert.ok(sent().endsWith(first ?? '-'))
})

const fails = () => {
  throw new Error(mail)
}

function scannerOf(type: string, value: string) {
  return {
    scan: (text: string) => {
      const start = text.indexOf(value)
      return start < 0 ? [] : [{ start, end: start + value.length, type, score: 1 }]
    },
  }
}
