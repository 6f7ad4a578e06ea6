import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskingPair } from '../../../testing/masking.ts'
import { placeholderNote } from './note.ts'

const mail = 'jane.roe@example.org'
const leak = 'leak@example.net'
const streamed = { body: { stream: true } }

test('what the model says by itself is counted, whole and streamed; what the caller sent is no leak', async () => {
  for (const body of [{}, { stream: true }]) {
    await using it = await maskingPair({
      mask: '{ default: log, note: false }',
      says: (told) => `${told} and ${leak}.`,
    })
    const { said } = await it.ask(`write to ${mail}`, { body })
    assert.equal(said, `write to ${mail} and ${leak}.`)
    const [record] = await it.sidelight.recorded(1)
    assert.deepEqual(record?.request.pii_counts, { 'in.EMAIL': 1, 'out.EMAIL': 1 })
    assert.equal(record?.request.pii_action, 'log')
  }
})

test('what may not be passed on is taken out of an answer, however it is cut', async () => {
  const mask = '{ default: mask, note: false, output: { EMAIL: redact } }'
  for (const piece of [1, 3, 8, 500]) {
    await using it = await maskingPair({ mask, piece, says: (told) => `${told}: ask ${leak} or wait` })
    for (const body of [{}, { stream: true }]) {
      const { said } = await it.ask(`write to ${mail}`, { body })
      assert.equal(said, `write to ${mail}: ask [EMAIL: redacted] or wait`)
    }
  }
})

test('an answer that may not be passed on at all is an honest error, and no other model is asked', async () => {
  const mask = '{ default: mask, note: false, output: { EMAIL: block } }'
  const says = () => `${'Some words before it. '.repeat(20)} ${leak} and more`
  await using it = await maskingPair({ mask, says })
  const whole = await it.ask('hello')
  assert.equal(whole.status, 400)
  assert.match(whole.text, /output_blocked/)
  assert.doesNotMatch(whole.text, /leak@/)
  const stream = await it.ask('hello', streamed)
  assert.match(stream.said, /^Some words before it\./)
  assert.doesNotMatch(stream.text, /leak@|\[DONE\]/)
  assert.match(stream.text, /"code":"output_blocked"/)
  assert.equal(it.upstream.requests.length, 2)
  for (const { request } of await it.sidelight.recorded(2)) {
    assert.deepEqual([request.status, request.pii_action], ['blocked', 'block'])
    assert.deepEqual(request.pii_counts, { 'out.EMAIL': 1 })
  }
})

test('placeholders that stand for nothing stay, and are counted', async () => {
  await using it = await maskingPair({ says: (told) => `${told} [EMAIL_7] [Email 9] [SECTION_2]` })
  const { said } = await it.ask(mail)
  assert.equal(said, `${mail} [EMAIL_7] [Email 9] [SECTION_2]`)
  const [record] = await it.sidelight.recorded(1)
  assert.equal(record?.request.placeholder_unknown, 2)
})

test('a model that changes the form of a placeholder is understood', async () => {
  for (const form of ['[email_1]', '[EMAIL 1]', '[Email-1]', '\\[EMAIL\\_1\\]', '[EMAIL]', '[ EMAIL_1 ]']) {
    await using it = await maskingPair({ says: () => `to ${form}!`, piece: 2 })
    assert.equal((await it.ask(mail, streamed)).said, `to ${mail}!`, form)
  }
})

test('a text in JSON has its values as JSON strings have them', async () => {
  const name = 'A "quoted"\nname'
  const scan = (text: string) => {
    const start = text.indexOf(name)
    return start < 0 ? [] : [{ start, end: start + name.length, type: 'PERSON', score: 1 }]
  }
  for (const stream of [false, true]) {
    await using it = await maskingPair({
      says: () => '{"name": "[PERSON_1]"}',
      sidecar: { createScanner: () => ({ scan }) },
    })
    const body = { stream, response_format: { type: 'json_object' } }
    assert.deepEqual(JSON.parse((await it.ask(`I am ${name}.`, { body })).said), { name })
  }
})

test('a conversation that the provider remembers goes on with the same placeholders, for its own caller only', async () => {
  await using it = await maskingPair({ says: (told) => `[EMAIL_1] ${told}` })
  let id = ''
  const ask = async (input: string, more: object, customer = 'a') => {
    const path = '/v1/responses'
    const headers = { 'x-sidelight-customer': customer }
    const { text } = await it.ask('', { path, headers, body: { messages: undefined, input, ...more } })
    const last = text.slice(text.lastIndexOf('{"type":"response.completed"')).trim()
    const response = text.startsWith('{') ? JSON.parse(text) : JSON.parse(last).response
    id = response.id
    return response.output[0].content[0].text
  }
  for (const stream of [false, true]) {
    assert.equal(await ask(mail, { stream }), `${mail} ${mail}`)
    const first = { previous_response_id: id }
    assert.equal(await ask('again', { ...first, stream }), `${mail} again`)
    assert.equal(await ask('bob@example.net', { previous_response_id: id }), `${mail} bob@example.net`)
    assert.match(it.upstream.requests.at(-1)?.bodyText ?? '', /\[EMAIL_2\]/)
    assert.equal(await ask('again', first, 'b'), '[EMAIL_1] again')
  }
})

test('the model is told of placeholders where something was masked, and the fingerprint does not know', async () => {
  await using it = await maskingPair({ mask: '{ default: mask }' })
  const sent = () => JSON.parse(it.upstream.requests.at(-1)?.bodyText ?? '')
  await it.ask('nothing')
  assert.equal(sent().messages.length, 1)
  await it.ask(mail)
  assert.deepEqual(sent().messages[0], { role: 'system', content: placeholderNote })
  const system = { role: 'developer', content: 'Be brief.' }
  await it.ask('', { body: { messages: [system, { role: 'user', content: mail }] } })
  assert.equal(sent().messages.length, 2)
  assert.equal(sent().messages[0].content, `Be brief.\n\n${placeholderNote}`)
  await using silent = await maskingPair({ mask: '{ default: mask, note: false }' })
  await silent.ask(mail)
  const [, told] = await it.sidelight.recorded(3)
  const [untold] = await silent.sidelight.recorded(1)
  assert.equal(told?.request.prompt_fingerprint, untold?.request.prompt_fingerprint)
})

test('arguments of a tool come in one piece where the route wants that', async () => {
  const mask = '{ default: mask, note: false, toolArgs: buffer }'
  await using it = await maskingPair({ mask, piece: 2 })
  const tools = [{ type: 'function', function: { name: 'send', parameters: { type: 'object' } } }]
  const { text } = await it.ask(mail, { body: { stream: true, tools } })
  const pieces = [...text.matchAll(/"arguments":"((?:[^"\\]|\\.)*)"/g)]
    .map(([, json]) => json)
    .filter(Boolean)
  assert.equal(pieces.length, 1)
  assert.equal(JSON.parse(JSON.parse(`"${pieces[0]}"`)).to, mail)
})

test('a secret stops the answer by default, wherever it is cut', async () => {
  const secret = `sk-ant-${'api03'}-${'aB3dE5fG7h'.repeat(9)}xYzAA`
  for (const piece of [1, 4, 30]) {
    await using it = await maskingPair({
      piece,
      says: () =>
        `The key that was asked for is here, as promised: ${secret} and that is all there is to say.`,
    })
    const { said, text } = await it.ask('hello', streamed)
    // What came in one piece with the secret may be lost with it.
    assert.ok('The key that was asked for is here, as promised: '.startsWith(said), said)
    assert.doesNotMatch(text, /sk-ant|aB3dE5/)
    assert.match(text, /output_blocked/)
    const [record] = await it.sidelight.recorded(1)
    assert.deepEqual(record?.request.pii_counts, { 'out.SECRET': 1 })
  }
})

test('`content.store` keeps masked text of what was masked, looked through once more, and nothing of the rest', async () => {
  await using it = await maskingPair({
    mask: '{ default: mask, EMAIL: log, note: false }',
    yaml: 'content: { store: masked }',
    says: (told) => `${told}, or ${leak}`,
  })
  const url = `data:image/png;base64,${'iVBORw0KGgo'.repeat(2000)}`
  const image = { type: 'image_url', image_url: { url } }
  for (const stream of [false, true]) {
    const text = { type: 'text', text: `write to ${mail}` }
    await it.ask('', { body: { stream, messages: [{ role: 'user', content: [image, text] }] } })
  }
  await it.ask(mail, { model: 'open' })
  const [whole, streamed_, open] = await it.sidelight.recorded(3)
  for (const record of [whole, streamed_]) {
    assert.equal(record?.contents?.answer, 'write to [EMAIL: redacted], or [EMAIL: redacted]')
    assert.match(record?.contents?.prompt ?? '', /"text":"write to \[EMAIL: redacted\]"/)
    assert.doesNotMatch(JSON.stringify(record), /jane|leak@/)
    assert.ok((record?.contents?.prompt.length ?? 0) < 500)
    assert.equal(record?.contents?.request_id, record?.request.request_id)
    assert.equal(record?.contents?.truncated, false)
  }
  assert.equal(open?.contents, undefined)
  await using none = await maskingPair()
  await none.ask(mail)
  const [unkept] = await none.sidelight.recorded(1)
  assert.equal(unkept?.contents, undefined)
})
