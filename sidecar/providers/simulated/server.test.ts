import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import OpenAI from 'openai'
import { createEventStreamFramer } from '../../streaming/event-stream.ts'
import { type SimulatedServer, startSimulatedServer } from './server.ts'

let server: SimulatedServer
let openai: OpenAI
let anthropic: Anthropic
let google: GoogleGenAI

before(async () => {
  server = await startSimulatedServer()
  openai = new OpenAI({ apiKey: 'none', baseURL: `${server.origin}/v1`, maxRetries: 0 })
  anthropic = new Anthropic({ apiKey: 'none', baseURL: server.origin, maxRetries: 0 })
  google = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: server.origin } })
})
after(() => server.close())

const weather = {
  type: 'object' as const,
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, maximum: 7 } },
  required: ['city', 'days'],
  additionalProperties: false,
}
const user = (content: string) => [{ role: 'user' as const, content }]
const simulate = (text: string) => ({ headers: { 'x-simulate': text } })

// biome-ignore lint/suspicious/noExplicitAny: the shapes asserted here are what is under test
async function jsonOf(response: Response | Promise<Response>): Promise<any> {
  return (await response).json()
}

async function post(path: string, body: unknown, simulated = '') {
  const headers = { 'content-type': 'application/json', 'x-simulate': simulated }
  return fetch(`${server.origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

describe('the simulated provider as chat completions', () => {
  it('says what is missing in a request, in the words of each format', async () => {
    const chat = await post('/v1/chat/completions', { model: 'sim-fast' })
    assert.equal(chat.status, 400)
    assert.equal((await jsonOf(chat)).error.message, 'messages is missing or empty')
    const claude = await jsonOf(post('/v1/messages', { model: 'sim-fast', max_tokens: 1 }))
    assert.equal(claude.error.message, 'messages: Field required')
    const gemini = await jsonOf(post('/v1beta/models/sim-fast:generateContent', {}))
    assert.equal(gemini.error.message, 'contents is not specified')
    const failed = await jsonOf(
      post('/v1/chat/completions', { model: 'sim-fast', messages: user('x') }, 'status=500'),
    )
    assert.equal(failed.error.message, 'Simulated failure')
  })

  it('says the same to the same question, streamed or not, and counts tokens as a tokenizer does', async () => {
    const ask = { model: 'sim-fast', messages: user('Tell me about tea.') }
    const whole = await openai.chat.completions.create(ask, simulate('tokens=60'))
    const stream = await openai.chat.completions.create(
      { ...ask, stream: true, stream_options: { include_usage: true } },
      simulate('tokens=60'),
    )
    let text = ''
    let usage: OpenAI.CompletionUsage | null | undefined
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage ?? usage
    }
    assert.equal(text, whole.choices[0]?.message.content)
    assert.deepEqual(usage, whole.usage)
    assert.equal(usage?.completion_tokens, 60)
    assert.equal(countTokens(text), 60)
  })

  it('stops at the limit of tokens and says so', async () => {
    const ask = { model: 'any', messages: user('Long'), max_completion_tokens: 5 }
    const answer = await openai.chat.completions.create(ask, simulate('tokens=50'))
    assert.equal(answer.choices[0]?.finish_reason, 'length')
    assert.equal(answer.usage?.completion_tokens, 5)
  })

  it('calls the tools the last user turn names, and talks once they have answered', async () => {
    const tool = { type: 'function' as const, function: { name: 'get_weather', parameters: weather } }
    const ask = { model: 'any', tools: [tool], messages: user('Use get_weather in parallel, please.') }
    const answer = await openai.chat.completions.create(ask)
    const calls = answer.choices[0]?.message.tool_calls ?? []
    assert.equal(answer.choices[0]?.finish_reason, 'tool_calls')
    assert.equal(calls.length, 2)
    const call = calls[0]
    assert.ok(call?.type === 'function')
    const { city, days } = JSON.parse(call.function.arguments)
    assert.ok(typeof city === 'string' && days >= 1 && days <= 7)
    const results = calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'rain' }))
    const messages = [...ask.messages, { role: 'assistant' as const, tool_calls: calls }, ...results]
    const then = await openai.chat.completions.create({ ...ask, messages })
    assert.equal(then.choices[0]?.finish_reason, 'stop')
    const streamed = openai.chat.completions.stream({ ...ask })
    const final = await streamed.finalChatCompletion()
    assert.deepEqual(
      final.choices[0]?.message.tool_calls?.map((c) => c.type === 'function' && c.function.arguments),
      calls.map((c) => c.type === 'function' && c.function.arguments),
    )
  })

  it('answers with an object that satisfies the schema asked for', async () => {
    const answer = await openai.chat.completions.create({
      model: 'any',
      messages: user('Weather as JSON'),
      response_format: { type: 'json_schema', json_schema: { name: 'w', schema: weather } },
    })
    assert.deepEqual(Object.keys(JSON.parse(answer.choices[0]?.message.content ?? '')), ['city', 'days'])
  })

  it('finds a long prefix in its cache the second time', async () => {
    const messages = user('cached prefix '.repeat(700))
    const first = await openai.chat.completions.create({ model: 'any', messages })
    const second = await openai.chat.completions.create({ model: 'any', messages })
    assert.equal(first.usage?.prompt_tokens_details?.cached_tokens, 0)
    assert.equal(second.usage?.prompt_tokens_details?.cached_tokens, 2048)
    assert.equal(second.usage?.prompt_tokens, first.usage?.prompt_tokens)
  })

  it('echoes when asked to', async () => {
    const answer = await openai.chat.completions.create({
      model: 'sim-echo',
      messages: user('grüß dich 👋 there'),
    })
    assert.equal(answer.choices[0]?.message.content, 'grüß dich 👋 there')
  })
})

describe('the simulated provider in other formats', () => {
  it('speaks Responses, streamed as unstreamed', async () => {
    const ask = {
      model: 'any',
      input: 'Tell me',
      reasoning: { effort: 'low' as const, summary: 'auto' as const },
    }
    const whole = await openai.responses.create(ask)
    const final = await openai.responses.stream(ask).finalResponse()
    assert.equal(final.output_text, whole.output_text)
    assert.deepEqual(final.usage, whole.usage)
    assert.deepEqual(
      whole.output.map((item) => item.type),
      ['reasoning', 'message'],
    )
    assert.ok((whole.usage?.output_tokens_details.reasoning_tokens ?? 0) > 0)
  })

  it('speaks Messages with thinking and tools, streamed as unstreamed', async () => {
    const ask = {
      model: 'any',
      max_tokens: 3000,
      thinking: { type: 'enabled' as const, budget_tokens: 1024 },
      messages: user('Think first'),
    }
    const whole = await anthropic.messages.create(ask)
    const final = await anthropic.messages.stream(ask).finalMessage()
    assert.deepEqual(
      whole.content.map((block) => block.type),
      ['thinking', 'text'],
    )
    assert.equal(final.usage.output_tokens, whole.usage.output_tokens)
    const text = (message: Anthropic.Message) =>
      message.content.map((b) => (b.type === 'text' ? b.text : '')).join('')
    assert.equal(text(final), text(whole))
    const tools = [{ name: 'get_weather', input_schema: weather }]
    const called = await anthropic.messages
      .stream({ model: 'any', max_tokens: 99, tools, messages: user('get weather now') })
      .finalMessage()
    assert.equal(called.stop_reason, 'tool_use')
    const block = called.content[0]
    assert.ok(block?.type === 'tool_use' && typeof (block.input as { city: unknown }).city === 'string')
    const counted = await anthropic.messages.countTokens({ model: 'any', messages: user('Think first') })
    assert.equal(counted.input_tokens, whole.usage.input_tokens)
  })

  it('bills cache writes only where the prompt is marked', async () => {
    const system = [
      {
        type: 'text' as const,
        text: 'marked system '.repeat(400),
        cache_control: { type: 'ephemeral' as const },
      },
    ]
    const ask = { model: 'any', max_tokens: 9, system, messages: user('Hi') }
    const first = await anthropic.messages.create(ask)
    const second = await anthropic.messages.create(ask)
    assert.equal(first.usage.cache_creation_input_tokens, 1024)
    assert.equal(second.usage.cache_read_input_tokens, 1024)
    assert.equal(second.usage.input_tokens, first.usage.input_tokens)
  })

  it('speaks Gemini, streamed as unstreamed', async () => {
    const ask = {
      model: 'any',
      contents: 'Tell me',
      config: { maxOutputTokens: 500, thinkingConfig: { includeThoughts: true } },
    }
    const whole = await google.models.generateContent(ask)
    let text = ''
    let candidates = 0
    for await (const chunk of await google.models.generateContentStream(ask)) {
      text += chunk.text ?? ''
      candidates = chunk.usageMetadata?.candidatesTokenCount ?? candidates
    }
    assert.equal(text, whole.text)
    assert.equal(candidates, whole.usageMetadata?.candidatesTokenCount)
    assert.ok((whole.usageMetadata?.thoughtsTokenCount ?? 0) > 0)
    const array = await post('/v1beta/models/any:streamGenerateContent', {
      contents: [{ parts: [{ text: 'x' }] }],
    })
    assert.ok(Array.isArray(await array.json()))
  })

  it('embeds like texts near each other, in floats and base64 alike', async () => {
    const { data } = await openai.embeddings.create({
      model: 'sim-embed',
      dimensions: 256,
      input: ['green tea from japan', 'green tea from china', 'monetary policy of banks'],
    })
    const plain = await openai.embeddings.create({
      model: 'sim-embed',
      dimensions: 256,
      input: 'green tea from japan',
      encoding_format: 'float',
    })
    assert.deepEqual(data[0]?.embedding, plain.data[0]?.embedding)
    const dot = (a: number, b: number) =>
      (data[a]?.embedding ?? []).reduce((sum, value, i) => sum + value * (data[b]?.embedding[i] ?? 0), 0)
    assert.ok(Math.abs(dot(0, 0) - 1) < 1e-5)
    assert.ok(dot(0, 1) > dot(0, 2) + 0.2)
  })

  it('answers the smaller endpoints', async () => {
    const completion = await openai.completions.create({ model: 'any', prompt: ['a', 'b'], max_tokens: 3 })
    assert.equal(completion.choices.length, 2)
    assert.equal(completion.usage?.completion_tokens, 6)
    const moderation = await openai.moderations.create({ input: ['kill it', 'be kind'] })
    assert.deepEqual(
      moderation.results.map((result) => result.flagged),
      [true, false],
    )
    const image = await openai.images.generate({ model: 'sim-image', prompt: 'tea', n: 2 })
    assert.equal(image.data?.length, 2)
    const wav = await openai.audio.speech.create({ model: 'sim-audio', voice: 'alloy', input: 'hi' })
    assert.equal(Buffer.from(await wav.arrayBuffer()).toString('latin1', 0, 4), 'RIFF')
    const file = new File([Buffer.alloc(64_000)], 'a.wav')
    const heard = await openai.audio.transcriptions.create({ model: 'sim-audio', file })
    assert.deepEqual(heard.usage, { type: 'duration', seconds: 3 })
    assert.ok((await openai.models.list()).data.some((model) => model.id === 'sim-fast'))
    const ranked = await post('/v1/rerank', { model: 'r', query: 'tea', documents: ['coffee', 'tea'] })
    assert.equal((await jsonOf(ranked)).results[0].index, 1)
    const echoed = await jsonOf(post('/v1/batches?x=1', { a: 1 }))
    assert.deepEqual(
      [echoed.method, echoed.path, echoed.query, echoed.bytes],
      ['POST', '/v1/batches', 'x=1', 7],
    )
  })
})

describe('the simulated provider behind other addresses', () => {
  const turns = [{ role: 'user', content: [{ text: 'Tell me' }] }]

  it('speaks Cohere, streamed as unstreamed', async () => {
    const ask = { model: 'command-a', messages: user('Tell me') }
    const whole = await jsonOf(post('/v2/chat', ask, 'text=numbers; tokens=3'))
    assert.equal(whole.message.content[0].text, '1 2 3')
    assert.deepEqual([whole.finish_reason, whole.usage.billed_units.output_tokens], ['COMPLETE', 3])
    const text = await (await post('/v2/chat', { ...ask, stream: true }, 'text=numbers; tokens=3')).text()
    const types = [...text.matchAll(/^event: (.+)$/gm)].map(([, type]) => type)
    assert.deepEqual(types, [
      ...['message-start', 'content-start'],
      ...['content-delta', 'content-delta', 'content-delta'],
      ...['content-end', 'message-end'],
    ])
    const refused = await post('/v2/chat', ask, 'refuse=quota')
    assert.equal(refused.status, 402)
  })

  it('speaks Bedrock, whose events are binary', async () => {
    const whole = await jsonOf(post('/model/any/converse', { messages: turns }, 'text=numbers; tokens=3'))
    assert.equal(whole.output.message.content[0].text, '1 2 3')
    const response = await post('/model/any/converse-stream', { messages: turns }, 'text=numbers; tokens=2')
    const frames = createEventStreamFramer().push(Buffer.from(await response.arrayBuffer()))
    const words = frames
      .filter(({ event }) => event === 'contentBlockDelta')
      .map(({ data }) => JSON.parse(data).delta.text)
    assert.deepEqual(words, ['1', ' 2'])
    assert.deepEqual(
      frames.slice(-2).map(({ event }) => event),
      ['messageStop', 'metadata'],
    )
    const error = await post('/model/any/converse-stream', { messages: turns }, 'fault=error-first')
    const [failed] = createEventStreamFramer().push(Buffer.from(await error.arrayBuffer()))
    assert.equal(failed?.event, 'exception:serviceUnavailableException')
  })

  it('knows the paths of Azure and Vertex', async () => {
    const chat = { model: 'any', messages: user('x') }
    for (const path of [
      '/openai/v1/chat/completions',
      '/openai/deployments/d/chat/completions?api-version=2024-10-21',
    ])
      assert.equal((await jsonOf(post(path, chat))).object, 'chat.completion')
    const vertex = '/v1/projects/p/locations/l'
    const open = await jsonOf(post(`${vertex}/endpoints/openapi/chat/completions`, chat))
    assert.equal(open.object, 'chat.completion')
    const gemini = `${vertex}/publishers/google/models/gemini-x:generateContent`
    assert.equal(
      (await jsonOf(post(gemini, { contents: [{ parts: [{ text: 'x' }] }] }))).modelVersion,
      'gemini-x',
    )
    const claude = `${vertex}/publishers/anthropic/models/claude-x:rawPredict`
    assert.equal((await jsonOf(post(claude, { max_tokens: 9, messages: user('x') }))).model, 'claude-x')
  })
})

describe('the faults of the simulated provider', () => {
  const chat = (settings: string, stream = false) =>
    post('/v1/chat/completions', { model: 'any', stream, messages: user('fault') }, settings)
  const events = async (settings: string) =>
    (await (await chat(settings, true)).text()).split('\n\n').filter(Boolean)

  it('answers errors in the shape of each format', async () => {
    const refused = await chat('status=429; retry-after=7; code=insufficient_quota')
    assert.equal(refused.status, 429)
    assert.equal(refused.headers.get('retry-after'), '7')
    assert.equal((await jsonOf(refused)).error.code, 'insufficient_quota')
    await assert.rejects(
      anthropic.messages.create({ model: 'any;status=529', max_tokens: 9, messages: user('x') }),
      (error) => error instanceof Anthropic.APIError && error.status === 529,
    )
    const body = { contents: [{ parts: [{ text: 'x' }] }] }
    const google503 = await post('/v1beta/models/any:generateContent', body, 'status=503')
    assert.equal((await jsonOf(google503)).error.status, 'UNAVAILABLE')
    assert.equal((await post('/v1/messages', { model: 'any', messages: user('x') })).status, 400)
  })

  it('breaks streams where it was told to', async () => {
    assert.equal((await events('tokens=9; fault=no-done')).at(-1)?.includes('[DONE]'), false)
    assert.equal((await events('tokens=9; fault=error-event@4')).length, 5)
    assert.match((await events('fault=error-first'))[0] ?? '', /^data: \{"error"/)
    const malformed = await events('tokens=9; fault=malformed@3')
    assert.throws(() => JSON.parse(malformed[3]?.slice(6) ?? ''))
    assert.doesNotThrow(() => JSON.parse(malformed[4]?.slice(6) ?? ''))
    await assert.rejects(events('tokens=9; fault=truncate@5'))
    await assert.rejects(chat('fault=reset'))
  })

  it('ends early but cleanly, goes bad from one event on, and is cut inside one, at a place that may be a share', async () => {
    assert.equal((await events('tokens=9; fault=end@50%')).length, 6)
    const garbled = await events('tokens=9; fault=garble@3')
    assert.doesNotThrow(() => JSON.parse(garbled[2]?.slice(6) ?? ''))
    for (const event of garbled.slice(3)) assert.throws(() => JSON.parse(event.slice(6)))
    const cut = await events('tokens=9; fault=cut-json@2')
    assert.equal(cut.length, 3)
    assert.throws(() => JSON.parse(cut[2]?.slice(6) ?? ''))
  })

  it('refuses in the words of each format', async () => {
    const google = async (refuse: string) => {
      const body = { contents: [{ parts: [{ text: 'x' }] }] }
      const response = await post('/v1beta/models/any:generateContent', body, `refuse=${refuse}`)
      return { status: response.status, ...(await jsonOf(response)) }
    }
    assert.equal((await google('key')).error.details[0].reason, 'API_KEY_INVALID')
    assert.match((await google('quota')).error.details[0].violations[0].quotaId, /PerDay/)
    // Google has no error for a filter: its verdict is a kind of answer.
    assert.equal((await google('filter')).candidates[0].finishReason, 'SAFETY')
    const spent = await jsonOf(chat('refuse=quota'))
    assert.equal(spent.error.code, 'insufficient_quota')
    const long = { model: 'any', max_tokens: 9, messages: user('x') }
    const context = await jsonOf(post('/v1/messages', long, 'refuse=context'))
    assert.equal(context.error.details.error_code, 'prompt_too_long')
  })

  it('goes on counting where the last assistant turn stopped', async () => {
    const settings = 'text=numbers; tokens=6'
    const messages = [...user('Count'), { role: 'assistant', content: '1 2 3' }]
    const asked = [...messages, ...user('Go on from there.')]
    for (const each of [messages, asked]) {
      const answer = await jsonOf(post('/v1/chat/completions', { model: 'any', messages: each }, settings))
      assert.equal(answer.choices[0].message.content, ' 4 5 6')
    }
  })

  it('breaks whole answers where it was told to', async () => {
    assert.equal(await (await chat('fault=empty')).text(), '')
    assert.match(await (await chat('fault=html; status=502')).text(), /^<html>/)
    await assert.rejects((await chat('fault=cut-json')).json())
    await assert.rejects((await chat('fault=truncate')).text())
  })

  it('leaves usage out or sends it late', async () => {
    assert.equal((await jsonOf(chat('usage=none'))).usage, undefined)
    assert.match((await events('usage=late')).at(-2) ?? '', /"choices":\[\],"usage":\{/)
  })

  it('misbehaves only so often, and only while told to', async () => {
    const settings = 'status=503; times=2; key=a'
    const statuses = [await chat(settings), await chat(settings), await chat(settings)].map((r) => r.status)
    assert.deepEqual(statuses, [503, 503, 200])
    server.simulate('status=500', 'any')
    assert.equal((await chat('')).status, 500)
    server.simulate('', 'any')
    assert.equal((await chat('')).status, 200)
  })

  it('paces its answers', async () => {
    const startMs = performance.now()
    await events('latency=20ms; first=20ms; gap=5ms; tokens=10')
    const tookMs = performance.now() - startMs
    assert.ok(tookMs > 80 && tookMs < 250, `${tookMs} ms`)
  })
})

describe('the meter of the simulated provider', () => {
  it('knows what it delivered and who left early', async () => {
    await using own = await startSimulatedServer()
    const client = new OpenAI({ apiKey: 'none', baseURL: `${own.origin}/v1` })
    const ask = { model: 'any', messages: user('meter') }
    const whole = await client.chat.completions.create(ask, simulate('tokens=40'))
    assert.equal(own.meter.tokens.output, 40)
    assert.equal(own.meter.tokens.input, whole.usage?.prompt_tokens)
    const stream = await client.chat.completions.create(
      { ...ask, stream: true },
      simulate('tokens=40; gap=5ms'),
    )
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
    stream.controller.abort()
    while (own.meter.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 2))
    assert.equal(own.meter.aborted, 1)
    assert.ok(own.meter.tokens.output < 60)
    assert.deepEqual(own.meter.byStatus, { 200: 2 })
    assert.equal(own.meter.requests, 2)
  })
})
