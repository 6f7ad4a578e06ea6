import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../contract/json.ts'
import { startTestSidecar } from '../testing/sidecar.ts'
import { startSimulatedServer } from './providers/simulated/server.ts'

const tool = { type: 'object', properties: { a: { type: 'string' } } }

/** One rich request of each dialect; the model decides into what it is translated. */
const requests: readonly [path: string, body: JsonObject][] = [
  [
    '/v1/chat/completions',
    {
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'ok' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: tool } }],
      tool_choice: 'auto',
      response_format: { type: 'json_schema', json_schema: { name: 's', schema: tool } },
      stop: ['x'],
      max_tokens: 5,
      temperature: 1,
      metadata: { customer: 'c' },
      stream_options: { include_usage: true },
    },
  ],
  [
    '/v1/responses',
    {
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'ok' },
      ],
      instructions: 'be brief',
      tools: [{ type: 'function', name: 'f', parameters: tool }],
      text: { format: { type: 'text' } },
      reasoning: { effort: 'low' },
      max_output_tokens: 16,
    },
  ],
  [
    '/v1/messages',
    {
      system: [{ type: 'text', text: 'be brief', cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'f', input: { a: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'ok' }] },
      ],
      tools: [{ name: 'f', input_schema: tool }],
      tool_choice: { type: 'auto' },
      thinking: { type: 'disabled' },
      max_tokens: 5,
    },
  ],
  [
    '/v1beta/models/MODEL:generateContent',
    {
      systemInstruction: { parts: [{ text: 'be brief' }] },
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        { role: 'model', parts: [{ functionCall: { name: 'f', args: { a: 1 } } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { b: 1 } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f', parameters: tool }] }],
      toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      generationConfig: { maxOutputTokens: 5, stopSequences: ['x'], responseSchema: tool },
    },
  ],
  ['/v1/embeddings', { input: ['a', 'b'], dimensions: 3, encoding_format: 'float' }],
  ['/v1/rerank', { query: 'q', documents: ['a', { text: 'b' }], top_n: 1 }],
  ['/v1/completions', { prompt: ['a'], max_tokens: 3, stop: 'x' }],
]

const models = [
  'openai/gpt-5.6-sol',
  'anthropic/claude-sonnet-5',
  'gemini/gemini-3-pro',
  'cohere/command-a',
  'bedrock/anthropic.claude-x',
]

const wrong: readonly (Json | undefined)[] = [
  null,
  7,
  -1e308,
  'text',
  '',
  true,
  [],
  [null],
  [[]],
  {},
  { a: null },
]

/** The value with one of its parts replaced, for each part and each replacement; undefined removes it. */
function* damaged(value: Json): Generator<Json | undefined> {
  yield* [...wrong, undefined]
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const other of damaged(item)) yield value.with(index, other ?? null)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value))
      for (const other of damaged(item ?? null)) yield { ...value, [key]: other }
  }
}

test('a value of the wrong type anywhere is an answer or a refusal, never a bug', async () => {
  await using upstream = await startSimulatedServer()
  const { origin } = upstream
  await using sidecar = await startTestSidecar(`
providers:
  openai: { kind: openai, baseUrl: '${origin}/v1' }
  anthropic: { kind: anthropic, baseUrl: '${origin}' }
  gemini: { kind: gemini, baseUrl: '${origin}' }
  cohere: { kind: cohere, baseUrl: '${origin}/v1' }
  bedrock: { kind: bedrock, baseUrl: '${origin}', location: us-east-1 }
`)
  const sent = new Map<string, string>()
  const send = async (path: string, model: string, body: Json) => {
    const answer = await fetch(sidecar.origin + path.replace('MODEL', encodeURIComponent(model)), {
      method: 'POST',
      body: JSON.stringify(body),
    })
    await answer.text()
    sent.set(answer.headers.get('x-sidelight-request-id') ?? '', `${path} ${model} ${JSON.stringify(body)}`)
  }
  let turn = 0
  for (const [path, value] of requests) {
    const bodies = [...damaged(value)].filter((body) => body !== undefined)
    for (let at = 0; at < bodies.length; at += 16) {
      await Promise.all(
        bodies.slice(at, at + 16).map((body) => {
          turn += 1
          const model = models[turn % models.length] ?? ''
          const isNamed = typeof body === 'object' && body !== null && !Array.isArray(body)
          return send(path, model, isNamed ? { model, stream: turn % 3 === 0, ...body } : body)
        }),
      )
    }
  }
  const bugs = sidecar.records
    .filter(({ request }) => request.error_code === 'internal_error' || request.http_status === 500)
    .map(({ request }) => sent.get(request.request_id))
  assert.deepEqual(bugs.slice(0, 10), [], `${bugs.length} of ${turn}; ${sidecar.logged.slice(0, 3).join('')}`)
  assert.ok(turn > 1000)
})
