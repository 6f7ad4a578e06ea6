import assert from 'node:assert/strict'
import { test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { echoUpstream } from '../../../testing/echo-upstream.ts'
import { startTestSidecar } from '../../../testing/sidecar.ts'

/** Values with everything that needs an escape somewhere beside them, and text that looks like a placeholder. */
const said =
  'Write to "jane.roe@example.org"\n or \\[EMAIL\\_1\\], [EMAIL_2], [email], \\bob@example.net, again jane.roe@example.org.'

const kinds = {
  chat: 'kind: openai, path: /v1',
  messages: 'kind: anthropic, path: ',
  gemini: 'kind: gemini, path: ',
}

async function start(provider: keyof typeof kinds, piece: number, mask = '{ default: mask }') {
  const upstream = await echoUpstream({ piece })
  const [kind, path] = kinds[provider].replace('kind: ', '').split(', path: ')
  const sidelight = await startTestSidecar(
    `
providers:
  p: { kind: ${kind}, baseUrl: '${upstream.origin}${path}', keyEnv: K }
routes:
  r: { candidates: [{ provider: p, model: m }], mask: ${mask} }
`,
    { environment: { K: 'k' } },
  )
  return {
    upstream,
    origin: sidelight.origin,
    sidelight,
    [Symbol.asyncDispose]: async () => {
      await sidelight[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

/** What the tool is to get: the value as it is, and once more inside JSON in a string. */
function assertArguments(text: string): void {
  const { to, inner } = JSON.parse(text)
  assert.equal(to, said)
  assert.equal(JSON.parse(inner).to, said)
}

const schema = { type: 'object', properties: { to: { type: 'string' }, inner: { type: 'string' } } } as const

for (const provider of Object.keys(kinds) as (keyof typeof kinds)[]) {
  for (const piece of [1, 3, 7, 1000]) {
    const title = `${provider}, ${piece} characters a delta`
    test(`OpenAI's client gets its own values back, plain, streamed and in tools: ${title}`, async () => {
      await using it = await start(provider, piece)
      const client = new OpenAI({ baseURL: `${it.origin}/v1`, apiKey: 'k', maxRetries: 0 })
      const messages = [{ role: 'user' as const, content: said }]
      const whole = await client.chat.completions.create({ model: 'r', messages })
      assert.equal(whole.choices[0]?.message.content, said)
      const stream = await client.chat.completions.create({ model: 'r', messages, stream: true })
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      assert.equal(text, said)
      const tools = [{ type: 'function' as const, function: { name: 'send', parameters: schema } }]
      const called = await client.chat.completions.create({ model: 'r', messages, tools })
      const [call] = called.choices[0]?.message.tool_calls ?? []
      assertArguments(call?.type === 'function' ? call.function.arguments : '')
      const final = await client.chat.completions
        .stream({ model: 'r', messages, tools })
        .finalChatCompletion()
      const [streamed] = final.choices[0]?.message.tool_calls ?? []
      assertArguments(streamed?.type === 'function' ? streamed.function.arguments : '')
      assert.equal(final.choices[0]?.message.content, said)
      const response = await client.responses.create({ model: 'r', input: said })
      assert.equal(response.output_text, said)
      const events = client.responses.stream({
        model: 'r',
        input: said,
        tools: [{ type: 'function', name: 'send', parameters: schema, strict: false }],
      })
      let deltas = ''
      for await (const event of events) if (event.type === 'response.output_text.delta') deltas += event.delta
      assert.equal(deltas, said)
      const last = await events.finalResponse()
      assert.equal(last.output_text, said)
      const item = last.output.find(({ type }) => type === 'function_call')
      assertArguments(item?.type === 'function_call' ? item.arguments : '')
      for (const { bodyText } of it.upstream.requests) assert.doesNotMatch(bodyText, /jane|bob@/)
      assert.ok(it.upstream.requests.length >= 6)
    })

    test(`Anthropic's client gets its own values back: ${title}`, async () => {
      await using it = await start(provider, piece)
      const client = new Anthropic({ baseURL: it.origin, apiKey: 'k', maxRetries: 0 })
      const ask = { model: 'r', max_tokens: 100, messages: [{ role: 'user' as const, content: said }] }
      const whole = await client.messages.create(ask)
      assert.deepEqual(
        whole.content.map((block) => (block.type === 'text' ? block.text : '')),
        [said],
      )
      const tools = [{ name: 'send', input_schema: schema }]
      for (const message of [
        await client.messages.create({ ...ask, tools }),
        await client.messages.stream({ ...ask, tools }).finalMessage(),
      ]) {
        const [text, call] = message.content
        assert.equal(text?.type === 'text' ? text.text : '', said)
        assertArguments(JSON.stringify(call?.type === 'tool_use' ? call.input : {}))
      }
      for (const { bodyText } of it.upstream.requests) assert.doesNotMatch(bodyText, /jane|bob@/)
    })

    test(`Google's client gets its own values back: ${title}`, async () => {
      await using it = await start(provider, piece)
      const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: it.origin } })
      const ask = { model: 'r', contents: said }
      assert.equal((await client.models.generateContent(ask)).text, said)
      let text = ''
      for await (const chunk of await client.models.generateContentStream(ask)) text += chunk.text ?? ''
      assert.equal(text, said)
      const config = { tools: [{ functionDeclarations: [{ name: 'send', parametersJsonSchema: schema }] }] }
      const called = await client.models.generateContent({ ...ask, config })
      assertArguments(JSON.stringify(called.functionCalls?.[0]?.args))
      for await (const chunk of await client.models.generateContentStream({ ...ask, config }))
        if (chunk.functionCalls !== undefined) assertArguments(JSON.stringify(chunk.functionCalls[0]?.args))
      for (const { bodyText } of it.upstream.requests) assert.doesNotMatch(bodyText, /jane|bob@/)
    })
  }
}
