import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { Conversation, Part, Turn } from '../../conversation/request.ts'
import type { Target } from '../format.ts'
import { converseFormat } from './format.ts'
import { toolUseId } from './writing.ts'

const claude45 = 'global.anthropic.claude-sonnet-4-5-20250929-v1:0'
const claude5 = 'us.anthropic.claude-opus-5'

function target(model: string, more: Partial<Target> = {}): Target {
  const quirks = {} as Target['quirks']
  return { model, capabilities: [], noSampling: false, quirks, ...more }
}

function asked(more: Partial<Conversation> = {}): Conversation {
  return {
    model: 'm',
    stream: false,
    wantsStreamUsage: false,
    system: [],
    turns: [user({ type: 'text', text: 'hi' })],
    tools: [],
    sampling: {},
    dropped: [],
    ...more,
  }
}

const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const written = (conversation: Conversation, to: Target = target(claude45)) =>
  converseFormat.writeRequest(conversation, to)

const weather = { name: 'weather', description: 'now', parameters: { type: 'object' } }
const call: Part = { type: 'tool_call', id: 'c1', name: 'weather', arguments: '{"city":"Bern"}' }
const result: Part = { type: 'tool_result', callId: 'c1', parts: [{ type: 'text', text: '20°' }] }

function isUntranslatable(param: string) {
  return (error: unknown) =>
    error instanceof GatewayError && error.code === 'untranslatable' && error.param === param
}

test('system, turns and limits go to their places; the model is not in the body', () => {
  const conversation = asked({
    system: [{ type: 'text', text: 'Be brief.', cache: { ttl: '1h' } }],
    maxOutputTokens: 99,
    sampling: { temperature: 1.6, stop: ['END', ' '] },
  })
  assert.deepEqual(written(conversation), {
    body: {
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
      messages: [{ role: 'user', content: [{ text: 'hi' }] }],
      inferenceConfig: { maxTokens: 99, temperature: 1, stopSequences: ['END'] },
    },
    dropped: ['stop'],
  })
})

test('a tool loop becomes toolUse and toolResult, results first, neighbours of one role merged', () => {
  const conversation = asked({
    tools: [weather],
    turns: [
      user({ type: 'text', text: 'weather?' }),
      assistant({ type: 'text', text: 'Looking.' }, call, { ...call, id: 'c2', arguments: '' }),
      { role: 'system', parts: [{ type: 'text', text: 'Be kind.' }] },
      user(result),
      user({ type: 'tool_result', callId: 'c2', parts: [], isError: true }, { type: 'text', text: 'Well?' }),
    ],
  })
  const { body, dropped } = written(conversation)
  assert.deepEqual(body['messages'], [
    { role: 'user', content: [{ text: 'weather?' }] },
    {
      role: 'assistant',
      content: [
        { text: 'Looking.' },
        { toolUse: { toolUseId: 'c1', name: 'weather', input: { city: 'Bern' } } },
        { toolUse: { toolUseId: 'c2', name: 'weather', input: {} } },
      ],
    },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'c1', content: [{ text: '20°' }] } },
        { toolResult: { toolUseId: 'c2', content: [{ text: '(no output)' }], status: 'error' } },
        { text: '<system>\nBe kind.\n</system>' },
        { text: 'Well?' },
      ],
    },
  ])
  assert.deepEqual(body['toolConfig'], {
    tools: [{ toolSpec: { name: 'weather', description: 'now', inputSchema: { json: { type: 'object' } } } }],
  })
  assert.deepEqual(dropped, [])
})

test('tool choices are mapped; none leaves the tools out unless the history needs them', () => {
  const choiceOf = (toolChoice: NonNullable<Conversation['toolChoice']>) =>
    written(asked({ tools: [weather, { name: 'other' }], toolChoice })).body['toolConfig'] as
      | { tools: unknown[]; toolChoice?: unknown }
      | undefined
  assert.equal(choiceOf({ type: 'auto' })?.toolChoice, undefined)
  assert.deepEqual(choiceOf({ type: 'required' })?.toolChoice, { any: {} })
  assert.deepEqual(choiceOf({ type: 'named', name: 'weather' })?.toolChoice, { tool: { name: 'weather' } })
  const allowed = choiceOf({ type: 'allowed', mode: 'required', names: ['weather'] })
  assert.deepEqual([allowed?.tools.length, allowed?.toolChoice], [1, { any: {} }])
  assert.equal(choiceOf({ type: 'none' }), undefined)

  const history = [assistant(call), user(result)]
  const kept = written(asked({ tools: [weather], toolChoice: { type: 'none' }, turns: history }))
  assert.equal((kept.body['toolConfig'] as { tools: unknown[] }).tools.length, 1)
  assert.deepEqual(kept.dropped, ['tool_choice'])
  const stub = written(asked({ turns: history }))
  assert.deepEqual(stub.body['toolConfig'], {
    tools: [{ toolSpec: { name: 'weather', inputSchema: { json: { type: 'object', properties: {} } } } }],
  })
})

test('media go as bytes or s3 addresses; web addresses and foreign files are refused', () => {
  const blocksOf = (...parts: Part[]) =>
    (written(asked({ turns: [user({ type: 'text', text: 'x' }, ...parts)] })).body['messages'] as never[])[0]
  const pdf = (filename?: string): Part => ({
    type: 'media',
    kind: 'document',
    source: { from: 'base64', data: 'UERG' },
    mediaType: 'application/pdf',
    ...(filename ? { filename } : {}),
  })
  const png: Part = {
    type: 'media',
    kind: 'image',
    source: { from: 'base64', data: 'AAAA' },
    mediaType: 'image/png',
  }
  const video: Part = { type: 'media', kind: 'video', source: { from: 'url', url: 's3://b/clip.mov' } }
  assert.deepEqual(blocksOf(png, video, pdf('a_b  c.v1.pdf'), pdf('a b c.v1.pdf'), pdf()), {
    role: 'user',
    content: [
      { text: 'x' },
      { image: { format: 'png', source: { bytes: 'AAAA' } } },
      { video: { format: 'mov', source: { s3Location: { uri: 's3://b/clip.mov' } } } },
      { document: { format: 'pdf', name: 'a b c v1', source: { bytes: 'UERG' } } },
      { document: { format: 'pdf', name: 'a b c v1 2', source: { bytes: 'UERG' } } },
      { document: { format: 'pdf', name: 'document', source: { bytes: 'UERG' } } },
    ],
  })
  const web: Part = { type: 'media', kind: 'image', source: { from: 'url', url: 'https://x/a.png' } }
  assert.throws(() => blocksOf(web), isUntranslatable('messages[].content[].image'))
  const file: Part = {
    type: 'media',
    kind: 'document',
    source: { from: 'file', id: 'file-1', vendor: 'openai' },
  }
  assert.throws(() => blocksOf(file), isUntranslatable('messages[].content[].document'))
  const bitmap: Part = { ...png, mediaType: 'image/bmp' }
  assert.throws(() => blocksOf(bitmap), /image\/png, image\/jpeg/)
})

test('a document alone gets its name as the text Bedrock demands', () => {
  const text: Part = { type: 'media', kind: 'document', source: { from: 'text', text: 'long' } }
  assert.deepEqual(written(asked({ turns: [user(text)] })).body['messages'], [
    {
      role: 'user',
      content: [
        { text: 'document' },
        { document: { format: 'txt', name: 'document', source: { text: 'long' } } },
      ],
    },
  ])
})

test('thinking goes back only with a proof its issuer knows', () => {
  const turns = [
    user({ type: 'text', text: 'x' }),
    assistant(
      { type: 'thinking', text: 'mine', signature: 'sig', issuer: 'bedrock' },
      { type: 'thinking', text: '', redacted: 'UkVE', issuer: 'anthropic' },
      { type: 'thinking', text: 'foreign', signature: 'sig', issuer: 'google' },
      { type: 'text', text: 'y' },
    ),
  ]
  const { body, dropped } = written(asked({ turns }))
  assert.deepEqual((body['messages'] as { content: unknown }[])[1]?.content, [
    { reasoningContent: { reasoningText: { text: 'mine', signature: 'sig' } } },
    { reasoningContent: { redactedContent: 'UkVE' } },
    { text: 'y' },
  ])
  assert.deepEqual(dropped, ['thinking'])
})

test('reasoning is asked for in the way of the model', () => {
  const reasoning = { mode: 'on', effort: 'high' } as const
  const fieldsOf = (model: string, more: Partial<Conversation> = {}, to: Partial<Target> = {}) => {
    const { body, dropped } = written(asked({ reasoning, ...more }), target(model, to))
    return [body['additionalModelRequestFields'], body['outputConfig'], dropped]
  }
  const adaptive = { thinking: { type: 'adaptive', display: 'summarized' } }
  assert.deepEqual(fieldsOf(claude5), [adaptive, { effort: 'high' }, []])
  const budget = (tokens: number) => ({ thinking: { type: 'enabled', budget_tokens: tokens } })
  assert.deepEqual(fieldsOf(claude45), [budget(16_384), undefined, []])
  assert.deepEqual(fieldsOf(claude45, { maxOutputTokens: 2000 }), [budget(1999), undefined, []])
  const refused = [undefined, undefined, ['reasoning_effort']]
  assert.deepEqual(fieldsOf(claude45, { maxOutputTokens: 1000 }), refused)
  assert.deepEqual(fieldsOf(claude45, { tools: [weather], toolChoice: { type: 'required' } }), refused)
  assert.deepEqual(fieldsOf('meta.llama3-70b'), refused)
  assert.deepEqual(fieldsOf('openai.gpt-oss-120b-1:0'), [{ reasoning_effort: 'high' }, undefined, []])
  const off = { reasoning: { mode: 'off' } as const }
  assert.deepEqual(fieldsOf(claude5, off), [{ thinking: { type: 'disabled' } }, undefined, []])
  assert.deepEqual(fieldsOf(claude45, off), [undefined, undefined, []])
  assert.deepEqual(fieldsOf('anthropic.claude-fable-5', off), refused)
})

test('sampling follows what the model takes, and what is left out is named', () => {
  const sampling = { temperature: 0.5, topP: 0.9, topK: 40, seed: 7, presencePenalty: 1 }
  const older = written(asked({ sampling }), target('anthropic.claude-3-5-sonnet-20241022-v2:0'))
  assert.deepEqual(older.body['inferenceConfig'], { temperature: 0.5, topP: 0.9 })
  assert.deepEqual(older.body['additionalModelRequestFields'], { top_k: 40 })
  assert.deepEqual(older.dropped, ['seed', 'presence_penalty'])
  const newer = written(asked({ sampling }))
  assert.deepEqual(newer.body['inferenceConfig'], { temperature: 0.5 })
  assert.deepEqual(newer.dropped, ['seed', 'presence_penalty', 'top_p'])
  const none = written(asked({ sampling }), target(claude5, { noSampling: true }))
  assert.equal(none.body['inferenceConfig'], undefined)
  assert.deepEqual(none.dropped, ['seed', 'presence_penalty', 'temperature', 'top_p', 'top_k'])
  const nova = written(asked({ sampling: { topK: 5 } }), target('amazon.nova-pro-v1:0'))
  assert.deepEqual(nova.body['additionalModelRequestFields'], { inferenceConfig: { topK: 5 } })
})

test('a JSON schema is enforced where the model can, else asked for in words and reported', () => {
  const schema = { type: 'object' }
  const output = { type: 'schema', name: 'city', schema } as const
  const newer = written(asked({ output }))
  assert.deepEqual(newer.body['outputConfig'], {
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { schema: '{"type":"object"}', name: 'city' } },
    },
  })
  const older = written(asked({ output }), target('anthropic.claude-3-haiku-20240307-v1:0'))
  assert.match(JSON.stringify(older.body['system']), /JSON schema/)
  assert.deepEqual(older.dropped, ['response_format'])
})

test('what Bedrock has no place for is named, n above one refused', () => {
  const conversation = asked({
    dropped: ['logit_bias'],
    endUser: 'u',
    serviceTier: 'scale',
    parallelToolCalls: false,
    tools: [{ name: 't', strict: true }],
    metadata: { team: 'a', bad: 'é' },
  })
  const { body, dropped } = written(conversation, target('meta.llama3-70b'))
  assert.deepEqual(body['requestMetadata'], { team: 'a' })
  assert.deepEqual(dropped, [
    'logit_bias',
    'user',
    'parallel_tool_calls',
    'tools.strict',
    'metadata',
    'service_tier',
  ])
  assert.throws(() => written(asked({ sampling: { choices: 2 } })), isUntranslatable('n'))
  const broken = asked({ turns: [assistant({ ...call, arguments: '{"a":' } as Part)] })
  assert.throws(() => written(broken), isUntranslatable('messages[].tool_calls[].function.arguments'))
})

test('cache marks beyond the fourth, and for models without a cache, are reported', () => {
  const marked: Part = { type: 'text', text: 'x', cache: {} }
  const five = asked({ turns: [user(marked, marked, marked, marked, marked)] })
  const { body, dropped } = written(five)
  assert.equal(JSON.stringify(body).match(/cachePoint/g)?.length, 4)
  assert.deepEqual(dropped, ['cache_control'])
  assert.deepEqual(written(five, target('meta.llama3-70b')).dropped, ['cache_control'])
})

test('tool call ids of other vendors are made to fit, the same way every time', () => {
  assert.equal(toolUseId('toolu_1-a'), 'toolu_1-a')
  for (const id of ['call:1', 'x'.repeat(65), '']) {
    assert.match(toolUseId(id), /^[A-Za-z0-9_-]{1,64}$/)
    assert.equal(toolUseId(id), toolUseId(id))
  }
  assert.notEqual(toolUseId('call:1'), toolUseId('call;1'))
})
