import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../contract/errors.ts'
import { fakeUpstream, httpJson, httpStream } from '../../testing/fake-upstream.ts'
import { startTestSidecar } from '../../testing/sidecar.ts'
import { chatWire, messagesWire } from '../../testing/wires.ts'
import { SignatureStore } from '../conversation/signature-store.ts'
import { defaultQuirks } from '../providers/openai-compatible/hosts.ts'
import { HeavyTranslator } from './heavy.ts'
import {
  callIds,
  readConversation,
  type TranslationAsk,
  withProofs,
  writeConversation,
} from './translation.ts'

const ask: TranslationAsk = {
  caller: 'chat',
  format: 'messages',
  path: { stream: true },
  target: { model: 'claude-sonnet-5', capabilities: [], noSampling: false, quirks: defaultQuirks },
  params: { top_k: 5 },
  isPrefill: false,
}

const request = {
  model: 'r',
  stream: true,
  seed: 7,
  tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }],
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'x'.repeat(1000) },
    {
      role: 'assistant',
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'y' },
  ],
}

test('the worker writes what the event loop would have written, proofs included', async () => {
  const heavy = new HeavyTranslator()
  const signatures = new SignatureStore({ entriesMax: 10, bytesMax: 10_000 })
  signatures.remember('s', 'call_1', {
    thinking: [{ type: 'thinking', text: 'hm', signature: 'sig', issuer: 'anthropic' }],
  })
  const recall = (id: string) => signatures.recall('s', id)
  const body = Buffer.from(JSON.stringify(request))
  const conversation = readConversation(ask, JSON.parse(body.toString()))
  assert.deepEqual(callIds(conversation), ['call_1'])
  const here = writeConversation(ask, withProofs(conversation, ask.format, recall))
  assert.match(here.text, /"signature":"sig"/)
  const there = await heavy.translate(ask, body, recall)
  assert.equal(there.bytes.toString(), here.text)
  assert.deepEqual(there.dropped, here.dropped)
  assert.equal(there.conversation.stream, true)
  assert.deepEqual(there.body['tools'], request.tools)
  assert.equal(there.body['messages'], undefined)
  assert.equal(body.length, JSON.stringify(request).length, 'the body itself is still there')
  await heavy.close()
})

test('errors come back as themselves', async () => {
  const heavy = new HeavyTranslator()
  const translate = (change: object) =>
    heavy.translate(ask, Buffer.from(JSON.stringify({ ...request, ...change })), () => undefined)
  await assert.rejects(translate({ n: 2 }), (error) => {
    assert.ok(error instanceof GatewayError)
    assert.equal(error.code, 'untranslatable')
    assert.equal(error.status, 400)
    assert.equal(error.param, 'n')
    return true
  })
  await assert.rejects(translate({ messages: 'no list' }), { code: 'invalid_body' })
  // One bad request leaves the worker to the next.
  await translate({})
  await heavy.close()
})

test('a worker that dies takes its requests along, and the next request starts a new one', async () => {
  const heavy = new HeavyTranslator()
  const body = Buffer.from(JSON.stringify(request))
  const lost = heavy.translate(ask, body, () => undefined)
  const refused = assert.rejects(lost, { code: 'internal_error' })
  await heavy.close()
  await refused
  assert.ok((await heavy.translate(ask, body, () => undefined)).bytes.length > 0)
  await heavy.close()
})

test('more than 64 at once are refused', async () => {
  const heavy = new HeavyTranslator()
  const body = Buffer.from(JSON.stringify(request))
  const all = Array.from({ length: 65 }, () => heavy.translate(ask, body, () => undefined))
  await assert.rejects(all.pop() as Promise<unknown>, { code: 'too_many_connections' })
  await Promise.all(all)
  await heavy.close()
})

test('a body of 5 MB is translated through the whole sidecar, and its errors reach the caller', async () => {
  await using upstream = await fakeUpstream(httpJson(messagesWire.whole('read it all')))
  await using sidecar = await startTestSidecar(
    `providers: { p: { kind: anthropic, baseUrl: '${upstream.origin}' } }`,
  )
  const text = 'a few words \u00e9 '.repeat(400_000)
  const post = (change: object) =>
    fetch(`${sidecar.origin}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'p/claude-sonnet-5',
        user: 'u-1',
        messages: [{ role: 'user', content: text }],
        ...change,
      }),
    })
  const answer = await post({})
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /read it all/)
  const sent = JSON.parse(upstream.requests[0]?.bodyText ?? '')
  assert.equal(sent.messages[0].content[0]?.text ?? sent.messages[0].content, text)
  assert.equal(sent.model, 'claude-sonnet-5')
  const refused = await post({ n: 3 })
  assert.equal(refused.status, 400)
  assert.match(await refused.text(), /"untranslatable"/)
  upstream.answer(httpStream(messagesWire.events(['in ', 'pieces'])))
  assert.equal(chatWire.text(await (await post({ stream: true })).text()), 'in pieces')
})
