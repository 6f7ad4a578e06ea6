import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import { readRequest } from './request.ts'

const path = { model: 'gemini-3.5-flash', stream: true }
const hello = [{ role: 'user', parts: [{ text: 'hello' }] }]
const read = (body: JsonObject) => readRequest({ contents: hello, ...body }, path)

test('a request in camelCase and one in snake_case read the same', () => {
  const schema = { type: 'OBJECT', properties: { some_key: { type: 'STRING' } } }
  const call = { name: 'f', args: { some_arg: 1 } }
  const camel = {
    systemInstruction: { parts: [{ text: 'be brief' }] },
    contents: [
      { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] },
      { role: 'model', parts: [{ functionCall: call, thoughtSignature: 'c2ln' }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { some_key: 1 } } }] },
    ],
    tools: [{ functionDeclarations: [{ name: 'f', parameters: schema }] }],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
    generationConfig: { maxOutputTokens: 5, topP: 0.5, thinkingConfig: { includeThoughts: true } },
  }
  const snake = {
    system_instruction: { parts: [{ text: 'be brief' }] },
    contents: [
      { role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'AA==' } }] },
      { role: 'model', parts: [{ function_call: call, thought_signature: 'c2ln' }] },
      { role: 'user', parts: [{ function_response: { name: 'f', response: { some_key: 1 } } }] },
    ],
    tools: [{ function_declarations: [{ name: 'f', parameters: schema }] }],
    tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['f'] } },
    generation_config: { max_output_tokens: 5, top_p: 0.5, thinking_config: { include_thoughts: true } },
  }
  const conversation = readRequest(camel, path)
  assert.deepEqual(readRequest(snake, path), conversation)
  assert.deepEqual(conversation.tools[0]?.parameters, {
    type: 'object',
    properties: { some_key: { type: 'string' } },
  })
  assert.deepEqual(conversation.dropped, [])
})

test('model and streaming come from the path, and usage is always wanted', () => {
  const conversation = readRequest({ contents: hello }, { model: 'models/gemini-2.5-pro', stream: false })
  assert.equal(conversation.model, 'gemini-2.5-pro')
  assert.equal(conversation.stream, false)
  assert.equal(conversation.wantsStreamUsage, true)
})

test('calls without ids get ids that stay the same, and results find them by name in order', () => {
  const contents = [
    { role: 'user', parts: [{ text: 'go' }] },
    {
      role: 'model',
      parts: [
        { functionCall: { name: 'weather', args: { city: 'Oslo' } } },
        { functionCall: { name: 'weather', args: { city: 'Rome' } } },
        { functionCall: { id: 'own', name: 'time' } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'own', name: 'time', response: { output: '12:00' } } },
        { functionResponse: { name: 'weather', response: { result: 'cold' } } },
        { functionResponse: { name: 'weather', response: { error: 'no such place' } } },
      ],
    },
  ]
  const { turns } = readRequest({ contents }, path)
  assert.deepEqual(turns[1]?.parts, [
    { type: 'tool_call', id: 'call_0', name: 'weather', arguments: '{"city":"Oslo"}' },
    { type: 'tool_call', id: 'call_1', name: 'weather', arguments: '{"city":"Rome"}' },
    { type: 'tool_call', id: 'own', name: 'time', arguments: '' },
  ])
  assert.deepEqual(turns[2]?.parts, [
    { type: 'tool_result', callId: 'own', parts: [{ type: 'text', text: '12:00' }] },
    { type: 'tool_result', callId: 'call_0', parts: [{ type: 'text', text: 'cold' }] },
    {
      type: 'tool_result',
      callId: 'call_1',
      parts: [{ type: 'text', text: 'no such place' }],
      isError: true,
    },
  ])
})

test('a result that answers no call is refused, naming the field and not its content', () => {
  const contents = [{ role: 'user', parts: [{ functionResponse: { name: 'secret', response: {} } }] }]
  assert.throws(
    () => readRequest({ contents }, path),
    (error) => {
      assert.ok(error instanceof GatewayError)
      assert.equal(error.param, 'contents[0].parts[0].functionResponse')
      assert.ok(!error.message.includes('secret'))
      return true
    },
  )
})

test('thoughts, their signatures and signatures on text are kept with their issuer', () => {
  const parts = [
    { text: 'hm', thought: true, thoughtSignature: 'QUJD' },
    { text: 'so', thoughtSignature: 'REVG' },
  ]
  const { turns } = read({ contents: [{ role: 'model', parts }] })
  assert.deepEqual(turns[0]?.parts, [
    { type: 'thinking', text: 'hm', signature: 'QUJD', issuer: 'google' },
    { type: 'text', text: 'so' },
    { type: 'thinking', text: '', signature: 'REVG', issuer: 'google' },
  ])
})

test('media keep their kind, their type and where they are', () => {
  const parts = [
    { inlineData: { mimeType: 'audio/wav', data: 'AA==' } },
    { fileData: { fileUri: 'https://example.com/a.png' } },
    { fileData: { fileUri: 'https://youtu.be/abc' } },
    { fileData: { fileUri: 'gs://bucket/b.pdf', mimeType: 'application/pdf' } },
  ]
  const { turns } = read({ contents: [{ role: 'user', parts }] })
  assert.deepEqual(turns[0]?.parts, [
    { type: 'media', kind: 'audio', source: { from: 'base64', data: 'AA==' }, mediaType: 'audio/wav' },
    { type: 'media', kind: 'image', source: { from: 'url', url: 'https://example.com/a.png' } },
    { type: 'media', kind: 'video', source: { from: 'url', url: 'https://youtu.be/abc' } },
    {
      type: 'media',
      kind: 'document',
      source: { from: 'file', id: 'gs://bucket/b.pdf', vendor: 'google' },
      mediaType: 'application/pdf',
    },
  ])
})

test('every calling mode has its tool choice', () => {
  const choice = (mode: string, allowedFunctionNames?: string[]) =>
    read({ toolConfig: { functionCallingConfig: { mode, allowedFunctionNames } } }).toolChoice
  assert.deepEqual(choice('AUTO'), { type: 'auto' })
  assert.deepEqual(choice('NONE'), { type: 'none' })
  assert.deepEqual(choice('ANY'), { type: 'required' })
  assert.deepEqual(choice('ANY', ['f']), { type: 'named', name: 'f' })
  assert.deepEqual(choice('ANY', ['f', 'g']), { type: 'allowed', mode: 'required', names: ['f', 'g'] })
  assert.deepEqual(choice('VALIDATED', ['f']), { type: 'allowed', mode: 'auto', names: ['f'] })
  assert.equal(choice('MODE_UNSPECIFIED'), undefined)
})

test('VALIDATED asks for strict tools only where the schema can be strict', () => {
  const closed = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  }
  const open = { type: 'object', properties: { a: { type: 'string' } } }
  const { tools } = read({
    tools: [
      {
        functionDeclarations: [
          { name: 'f', parametersJsonSchema: closed },
          { name: 'g', parametersJsonSchema: open },
        ],
      },
    ],
    toolConfig: { functionCallingConfig: { mode: 'VALIDATED' } },
  })
  assert.deepEqual(
    tools.map((tool) => tool.strict),
    [true, undefined],
  )
})

test('the generation config is read in full', () => {
  const { sampling, maxOutputTokens, output, reasoning } = read({
    generationConfig: {
      temperature: 0.1,
      topP: 0.2,
      topK: 3,
      maxOutputTokens: 4,
      stopSequences: ['a'],
      candidateCount: 2,
      seed: 7,
      presencePenalty: 0.3,
      frequencyPenalty: 0.4,
      responseMimeType: 'application/json',
      responseSchema: { type: 'STRING', nullable: true },
      thinkingConfig: { thinkingLevel: 'low', includeThoughts: true },
    },
  })
  assert.deepEqual(sampling, {
    temperature: 0.1,
    topP: 0.2,
    topK: 3,
    stop: ['a'],
    choices: 2,
    seed: 7,
    presencePenalty: 0.3,
    frequencyPenalty: 0.4,
  })
  assert.equal(maxOutputTokens, 4)
  assert.deepEqual(output, {
    type: 'schema',
    name: 'response',
    schema: { type: ['string', 'null'] },
    strict: true,
  })
  assert.deepEqual(reasoning, { mode: 'on', effort: 'low', visible: true })
})

test('thinking budgets: 0 is off, -1 is up to the model, more is a budget', () => {
  const reasoning = (thinkingBudget: number) =>
    read({ generationConfig: { thinkingConfig: { thinkingBudget } } }).reasoning
  assert.deepEqual(reasoning(0), { mode: 'off' })
  assert.deepEqual(reasoning(-1), { mode: 'adaptive' })
  assert.deepEqual(reasoning(2000), { mode: 'on', budgetTokens: 2000 })
})

test('what others cannot do is reported by name, and nothing else', () => {
  const { dropped, metadata, serviceTier } = read({
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
    tools: [{ googleSearch: {} }, { codeExecution: {} }],
    toolConfig: { retrievalConfig: {} },
    generationConfig: { speechConfig: {}, responseModalities: ['TEXT', 'IMAGE'], responseLogprobs: true },
    labels: { team: 'a' },
    serviceTier: 'flex',
    store: true,
  })
  assert.deepEqual([...dropped].sort(), [
    'generationConfig.responseLogprobs',
    'generationConfig.responseModalities',
    'generationConfig.speechConfig',
    'safetySettings',
    'store',
    'toolConfig.retrievalConfig',
    'tools.codeExecution',
    'tools.googleSearch',
  ])
  assert.deepEqual(metadata, { team: 'a' })
  assert.equal(serviceTier, 'flex')
})

test('cached content cannot be translated, and says what to do', () => {
  assert.throws(
    () => read({ cachedContent: 'cachedContents/x' }),
    (error) =>
      error instanceof GatewayError && error.code === 'untranslatable' && error.param === 'cachedContent',
  )
})

test('a body without contents and a path without model are refused', () => {
  assert.throws(() => readRequest({}, path), GatewayError)
  assert.throws(() => readRequest({ contents: hello }, {}), GatewayError)
})

test('code that Google ran is told to others as text', () => {
  const parts = [
    { executableCode: { language: 'PYTHON', code: 'print(1)' } },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
  ]
  const { turns } = read({ contents: [{ role: 'model', parts }] })
  assert.deepEqual(turns[0]?.parts, [
    { type: 'text', text: '```python\nprint(1)\n```' },
    { type: 'text', text: '```output\n1\n```' },
  ])
})

test('the pieces of a streamed answer, as SDKs keep them in a history, are one turn again', () => {
  const model = (part: JsonObject) => ({ role: 'model', parts: [part] })
  const { turns } = readRequest(
    {
      contents: [
        ...hello,
        model({ text: 'h', thought: true }),
        model({ text: 'm', thought: true, thoughtSignature: 'QUJD' }),
        model({ text: 'Hel' }),
        model({ text: 'lo' }),
        model({ functionCall: { id: 'a', name: 'f' } }),
        model({ text: '' }),
        { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'f', response: {} } }] },
      ],
    },
    path,
  )
  assert.deepEqual(turns[1], {
    role: 'assistant',
    parts: [
      { type: 'thinking', text: 'hm', signature: 'QUJD', issuer: 'google' },
      { type: 'text', text: 'Hello' },
      { type: 'tool_call', id: 'a', name: 'f', arguments: '' },
    ],
  })
  assert.equal(turns.length, 3)
})

test('thoughts that were collected in pieces keep the signature that follows them', () => {
  const parts = [
    { text: 'h', thought: true },
    { text: 'm', thought: true },
    { text: '', thought: true, thoughtSignature: 'QUJD' },
    { functionCall: { id: 'a', name: 'f' } },
  ]
  const { turns } = readRequest({ contents: [...hello, { role: 'model', parts }] }, path)
  assert.deepEqual(turns[1]?.parts, [
    { type: 'thinking', text: 'hm', signature: 'QUJD', issuer: 'google' },
    { type: 'tool_call', id: 'a', name: 'f', arguments: '' },
  ])
})
