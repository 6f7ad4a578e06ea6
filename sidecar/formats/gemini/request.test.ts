import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Part, Reasoning, ToolChoice, Turn } from '../../conversation/request.ts'
import type { HostQuirks, Target } from '../format.ts'
import { writeRequest } from './request.ts'

const target = (model: string, more: Partial<Target> = {}): Target => ({
  model,
  capabilities: [],
  noSampling: false,
  quirks: {} as HostQuirks,
  ...more,
})

const conversation = (more: Partial<Conversation>): Conversation => ({
  model: 'm',
  stream: false,
  wantsStreamUsage: false,
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  sampling: {},
  dropped: [],
  ...more,
})

const write = (more: Partial<Conversation>, model = 'gemini-3.5-flash') =>
  writeRequest(conversation(more), target(model))
const contentsOf = (turns: Turn[], model?: string) => write({ turns }, model).body['contents'] as JsonObject[]
const call = (id: string, name: string, more: Partial<Part> = {}): Part =>
  ({ type: 'tool_call', id, name, arguments: '{}', ...more }) as Part
const result = (callId: string, text: string, more: Partial<Part> = {}): Part =>
  ({ type: 'tool_result', callId, parts: [{ type: 'text', text }], ...more }) as Part

test('instructions, turns and roles are in their places', () => {
  const { body, dropped } = write({
    system: [{ type: 'text', text: 'be brief' }],
    turns: [
      { role: 'user', parts: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', parts: [{ type: 'text', text: 'b' }] },
      { role: 'system', parts: [{ type: 'text', text: 'c' }] },
      { role: 'user', parts: [{ type: 'text', text: 'd' }] },
    ],
  })
  assert.deepEqual(body, {
    systemInstruction: { parts: [{ text: 'be brief' }] },
    contents: [
      { role: 'user', parts: [{ text: 'a' }] },
      { role: 'model', parts: [{ text: 'b' }] },
      { role: 'user', parts: [{ text: '<system>' }, { text: 'c' }, { text: '</system>' }, { text: 'd' }] },
    ],
  })
  assert.deepEqual(dropped, [])
})

test('k tool results are one content after the calls, named by the id of their call', () => {
  const contents = contentsOf(
    [
      { role: 'assistant', parts: [call('1', 'f'), call('2', 'g', { arguments: '' } as Partial<Part>)] },
      { role: 'user', parts: [result('1', '{"ok":true}')] },
      { role: 'user', parts: [result('2', 'plain'), { type: 'text', text: 'go on' }] },
    ],
    'gemini-2.5-flash',
  )
  assert.deepEqual(contents, [
    {
      role: 'model',
      parts: [
        { functionCall: { id: '1', name: 'f', args: {} } },
        { functionCall: { id: '2', name: 'g', args: {} } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: '1', name: 'f', response: { ok: true } } },
        { functionResponse: { id: '2', name: 'g', response: { result: 'plain' } } },
      ],
    },
    { role: 'user', parts: [{ text: 'go on' }] },
  ])
})

test('a failed call says error, and what is no object is wrapped', () => {
  const turns: Turn[] = [
    { role: 'assistant', parts: [call('1', 'f'), call('2', 'f'), call('3', 'f')] },
    {
      role: 'user',
      parts: [
        result('1', 'boom', { isError: true } as Partial<Part>),
        result('2', '[1]'),
        result('3', '{broken'),
      ],
    },
  ]
  const [, answers] = contentsOf(turns)
  assert.deepEqual(
    (answers!['parts'] as { functionResponse: JsonObject }[]).map(
      (part) => part.functionResponse['response'],
    ),
    [{ error: 'boom' }, { result: '[1]' }, { result: '{broken' }],
  )
})

test('from Gemini 3 on the first call of a step carries a signature: its own, or the documented escape', () => {
  const signature = (parts: Part[], model: string) => {
    const [content] = contentsOf([{ role: 'assistant', parts }], model)
    return (content!['parts'] as JsonObject[]).map((part) => part['thoughtSignature'])
  }
  const own = { signature: 'c2ln', issuer: 'google' } as Partial<Part>
  const foreign = { signature: 'x', issuer: 'anthropic' } as Partial<Part>
  const placeholder = 'skip_thought_signature_validator'
  assert.deepEqual(signature([call('1', 'f', own), call('2', 'g')], 'gemini-3-pro-preview'), [
    'c2ln',
    undefined,
  ])
  assert.deepEqual(signature([call('1', 'f'), call('2', 'g')], 'gemini-3.5-flash'), [placeholder, undefined])
  assert.deepEqual(signature([call('1', 'f', foreign)], 'gemini-flash-latest'), [placeholder])
  assert.deepEqual(signature([call('1', 'f', foreign)], 'gemini-2.5-flash'), [undefined])
  assert.deepEqual(signature([call('1', 'f', own)], 'gemini-2.5-flash'), ['c2ln'])
})

test("thinking goes back only to Google's own models", () => {
  const { body, dropped } = write({
    turns: [
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'a', signature: 's', issuer: 'google' },
          { type: 'thinking', text: '', signature: 't', issuer: 'google' },
          { type: 'thinking', text: 'b', signature: 'u', issuer: 'anthropic' },
        ],
      },
    ],
  })
  const [content] = body['contents'] as JsonObject[]
  assert.deepEqual(content?.['parts'], [
    { text: 'a', thought: true, thoughtSignature: 's' },
    { text: '', thoughtSignature: 't' },
  ])
  assert.deepEqual(dropped, ['thinking'])
})

test('media go by content or by address, and files of other vendors not at all', () => {
  const parts: Part[] = [
    {
      type: 'media',
      kind: 'image',
      source: { from: 'base64', data: 'AA==' },
      mediaType: 'image/png',
      detail: 'low',
    },
    { type: 'media', kind: 'image', source: { from: 'url', url: 'https://example.com/a.webp?x=1' } },
    { type: 'media', kind: 'document', source: { from: 'text', text: 'body' }, filename: 'a.txt' },
    { type: 'media', kind: 'video', source: { from: 'file', id: 'gs://b/v.mp4', vendor: 'google' } },
  ]
  const [content] = contentsOf([{ role: 'user', parts }])
  assert.deepEqual(content?.['parts'], [
    {
      inlineData: { mimeType: 'image/png', data: 'AA==' },
      mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' },
    },
    { fileData: { fileUri: 'https://example.com/a.webp?x=1', mimeType: 'image/webp' } },
    { text: 'a.txt\n\nbody' },
    { fileData: { fileUri: 'gs://b/v.mp4' } },
  ])
  const foreign: Part = {
    type: 'media',
    kind: 'document',
    source: { from: 'file', id: 'file-1', vendor: 'openai' },
  }
  assert.throws(() => contentsOf([{ role: 'user', parts: [foreign] }]), GatewayError)
})

test('images in tool results stand inside from Gemini 3 on, behind before', () => {
  const image = {
    type: 'media',
    kind: 'image',
    source: { from: 'base64', data: 'AA==' },
    mediaType: 'image/png',
  } as const
  const turns: Turn[] = [
    { role: 'assistant', parts: [call('1', 'f')] },
    { role: 'user', parts: [{ type: 'tool_result', callId: '1', parts: [image] }] },
  ]
  const written = { inlineData: { mimeType: 'image/png', data: 'AA==' } }
  const response = { id: '1', name: 'f', response: { result: '' } }
  assert.deepEqual(contentsOf(turns)[1]?.['parts'], [{ functionResponse: { ...response, parts: [written] } }])
  assert.deepEqual(contentsOf(turns, 'gemini-2.5-pro')[1]?.['parts'], [
    { functionResponse: response },
    written,
  ])
})

test('tools keep their JSON schema, and every tool choice has a mode', () => {
  const parameters = { type: 'object', properties: { a: { const: 1 } } }
  const config = (toolChoice: ToolChoice | undefined, strict = false) => {
    const { body } = write({
      tools: [{ name: 'f', parameters, strict }, { name: 'g' }],
      ...(toolChoice ? { toolChoice } : {}),
    })
    assert.deepEqual(body['tools'], [
      { functionDeclarations: [{ name: 'f', parametersJsonSchema: parameters }, { name: 'g' }] },
    ])
    return (body['toolConfig'] as JsonObject | undefined)?.['functionCallingConfig']
  }
  assert.equal(config(undefined), undefined)
  assert.deepEqual(config(undefined, true), { mode: 'VALIDATED' })
  assert.deepEqual(config({ type: 'auto' }), { mode: 'AUTO' })
  assert.deepEqual(config({ type: 'auto' }, true), { mode: 'VALIDATED' })
  assert.deepEqual(config({ type: 'required' }), { mode: 'ANY' })
  assert.deepEqual(config({ type: 'none' }), { mode: 'NONE' })
  assert.deepEqual(config({ type: 'named', name: 'f' }), { mode: 'ANY', allowedFunctionNames: ['f'] })
  assert.deepEqual(config({ type: 'allowed', mode: 'required', names: ['f', 'g'] }), {
    mode: 'ANY',
    allowedFunctionNames: ['f', 'g'],
  })
  assert.deepEqual(config({ type: 'allowed', mode: 'auto', names: ['f'] }), {
    mode: 'VALIDATED',
    allowedFunctionNames: ['f'],
  })
})

test('models before 2.5 get the OpenAPI subset', () => {
  const schema = { type: 'object', properties: { a: { type: ['string', 'null'] } } }
  const tools = [{ name: 'f', parameters: schema }]
  const subset = { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } }
  assert.deepEqual(write({ tools }, 'gemini-2.0-flash').body['tools'], [
    { functionDeclarations: [{ name: 'f', parameters: subset }] },
  ])
  const output = { type: 'schema', name: 'r', schema } as const
  assert.deepEqual(write({ output }, 'gemini-2.0-flash').body['generationConfig'], {
    responseMimeType: 'application/json',
    responseSchema: subset,
  })
  assert.deepEqual(write({ output }).body['generationConfig'], {
    responseMimeType: 'application/json',
    responseJsonSchema: schema,
  })
})

test('a schema beside tools is reported where the model would refuse both', () => {
  const more = { tools: [{ name: 'f' }], output: { type: 'json' } } as const
  assert.deepEqual(write(more, 'gemini-2.5-flash').dropped, ['response_format'])
  assert.deepEqual(write(more, 'gemini-3-flash-preview').dropped, [])
})

test('sampling is written, and what cannot be is reported', () => {
  const sampling = {
    temperature: 0.5,
    topP: 0.9,
    topK: 4,
    seed: 12,
    stop: ['a', ''],
    choices: 2,
    frequencyPenalty: 1,
    presencePenalty: -1,
  }
  const { body, dropped } = write({ sampling, maxOutputTokens: 9 })
  assert.deepEqual(body['generationConfig'], {
    temperature: 0.5,
    topP: 0.9,
    topK: 4,
    seed: 12,
    frequencyPenalty: 1,
    presencePenalty: -1,
    candidateCount: 2,
    stopSequences: ['a'],
    maxOutputTokens: 9,
  })
  assert.deepEqual(dropped, [])
  const refused = writeRequest(
    conversation({
      sampling: { temperature: 1, seed: 2 ** 40, stop: ['1', '2', '3', '4', '5', '6'] },
      endUser: 'u',
      metadata: { a: 'b' },
      parallelToolCalls: false,
      tools: [{ name: 'f' }],
    }),
    target('gemini-3.5-flash', { noSampling: true }),
  )
  assert.deepEqual([...refused.dropped].sort(), [
    'metadata',
    'parallel_tool_calls',
    'seed',
    'stop',
    'temperature',
    'user',
  ])
})

test('reasoning is a level from Gemini 3 on, a budget for 2.5, and reported where there is none', () => {
  const thinking = (reasoning: Reasoning, model: string) => {
    const { body, dropped } = write({ reasoning }, model)
    return [(body['generationConfig'] as JsonObject | undefined)?.['thinkingConfig'], ...dropped]
  }
  const effort = (value: Reasoning['effort']) => ({ mode: 'on', effort: value }) as Reasoning
  assert.deepEqual(thinking(effort('minimal'), 'gemini-3.6-flash'), [{ thinkingLevel: 'MINIMAL' }])
  assert.deepEqual(thinking(effort('minimal'), 'gemini-3.8-flash'), [{ thinkingLevel: 'LOW' }])
  assert.deepEqual(thinking(effort('medium'), 'gemini-3-pro-preview'), [{ thinkingLevel: 'HIGH' }])
  assert.deepEqual(thinking(effort('max'), 'gemini-4-argon'), [{ thinkingLevel: 'HIGH' }])
  assert.deepEqual(thinking({ mode: 'on', budgetTokens: 4096 }, 'gemini-3.5-flash'), [
    { thinkingLevel: 'MEDIUM' },
  ])
  assert.deepEqual(thinking({ mode: 'off' }, 'gemini-3.1-pro-preview'), [
    { thinkingLevel: 'LOW' },
    'reasoning_effort',
  ])
  assert.deepEqual(thinking({ mode: 'off' }, 'gemini-3.1-flash-lite'), [{ thinkingLevel: 'MINIMAL' }])
  assert.deepEqual(thinking({ ...effort('high'), visible: true }, 'gemini-2.5-flash'), [
    { thinkingBudget: 24_576, includeThoughts: true },
  ])
  assert.deepEqual(thinking({ mode: 'on', budgetTokens: 90_000 }, 'gemini-2.5-pro'), [
    { thinkingBudget: 32_768 },
  ])
  assert.deepEqual(thinking({ mode: 'adaptive' }, 'gemini-2.5-pro'), [{ thinkingBudget: -1 }])
  assert.deepEqual(thinking({ mode: 'off' }, 'gemini-2.5-flash'), [{ thinkingBudget: 0 }])
  assert.deepEqual(thinking({ mode: 'off' }, 'gemini-2.5-pro'), [{ thinkingBudget: 128 }, 'reasoning_effort'])
  assert.deepEqual(thinking(effort('low'), 'gemini-2.0-flash'), [undefined, 'reasoning_effort'])
  assert.deepEqual(thinking({ mode: 'off' }, 'gemma-3-27b-it'), [undefined])
})

test('arguments that are no object and results without a call are refused here, without their content', () => {
  const refused = (turns: Turn[]) =>
    assert.throws(
      () => contentsOf(turns),
      (error) =>
        error instanceof GatewayError && error.code === 'invalid_body' && !error.message.includes('secret'),
    )
  refused([{ role: 'assistant', parts: [call('1', 'f', { arguments: 'secret' } as Partial<Part>)] }])
  refused([{ role: 'user', parts: [result('secret', 'x')] }])
})
