import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import { arrayAt } from '../../../contract/json.ts'
import type { Conversation, Part, Reasoning, Turn } from '../../conversation/request.ts'
import type { Target } from '../format.ts'
import { writeRequest } from './request.ts'

const base: Conversation = {
  model: 'asked',
  stream: false,
  wantsStreamUsage: false,
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  sampling: {},
  dropped: [],
}

function target(model = 'claude-sonnet-4-5', more: Partial<Target> = {}): Target {
  return {
    model,
    capabilities: [],
    noSampling: false,
    quirks: {
      maxField: 'max_tokens',
      developerRole: false,
      reasoning: 'none',
      streamOptions: false,
      strictTools: true,
      store: false,
      reasoningOutsideCompletion: false,
      shortToolIds: false,
      seedField: 'seed',
      responses: false,
    },
    ...more,
  }
}

const write = (change: Partial<Conversation>, to: Target = target()) =>
  writeRequest({ ...base, ...change }, to)
const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const text = (value: string): Part => ({ type: 'text', text: value })
const call = (id: string, json = '{}'): Part => ({ type: 'tool_call', id, name: 'look', arguments: json })
const result = (callId: string): Part => ({
  type: 'tool_result',
  callId,
  parts: [{ type: 'text', text: 'r' }],
})
const tool = { name: 'look' }

function refused(run: () => unknown, param: string): void {
  assert.throws(
    run,
    (error) => error instanceof GatewayError && error.code === 'untranslatable' && error.param === param,
  )
}

describe('requests in the Messages format', () => {
  it('carry the least there must be', () => {
    assert.deepEqual(write({}), {
      body: {
        model: 'claude-sonnet-4-5',
        max_tokens: 4096,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      },
      dropped: [],
    })
  })

  it('take the limit of output from the caller, then from the catalog, and never more than the model has', () => {
    const known = target('claude-sonnet-4-5', { maxOutputTokens: 64_000 })
    assert.equal(write({}, known).body['max_tokens'], 64_000)
    assert.equal(write({ maxOutputTokens: 10 }, known).body['max_tokens'], 10)
    assert.equal(write({ maxOutputTokens: 90_000 }, known).body['max_tokens'], 64_000)
  })

  it('put all results of a turn into one user message, before its text', () => {
    const { body } = write({
      turns: [
        user(text('go')),
        assistant(text('looking'), call('a', '{"q":1}'), call('b:0', '')),
        user(result('a')),
        user(text('and?')),
        user(result('b:0')),
      ],
      tools: [tool],
    })
    assert.deepEqual(body['messages'], [
      { role: 'user', content: [{ type: 'text', text: 'go' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'looking' },
          { type: 'tool_use', id: 'a', name: 'look', input: { q: 1 } },
          { type: 'tool_use', id: 'b_0', name: 'look', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'r' }] },
          { type: 'tool_result', tool_use_id: 'b_0', content: [{ type: 'text', text: 'r' }] },
          { type: 'text', text: 'and?' },
        ],
      },
    ])
  })

  it('are refused when a call has no result, a result no call, or arguments are no object', () => {
    refused(() => write({ turns: [user(text('a')), assistant(call('a'))] }), 'messages')
    refused(() => write({ turns: [assistant(call('a'), call('b')), user(result('a'))] }), 'messages')
    refused(() => write({ turns: [user(result('a'))] }), 'messages')
    refused(() => write({ turns: [assistant(call('a', '{"q":')), user(result('a'))] }), 'messages')
    refused(() => write({ turns: [assistant(call('a', '[1]')), user(result('a'))] }), 'messages')
  })

  it('replay thinking only with a proof of Anthropic', () => {
    const { body } = write({
      turns: [
        assistant(
          { type: 'thinking', text: 'mine', signature: 's', issuer: 'anthropic' },
          { type: 'thinking', text: '', redacted: 'enc', issuer: 'anthropic' },
          { type: 'thinking', text: 'unsigned', issuer: 'anthropic' },
          { type: 'thinking', text: 'theirs', signature: 'x', issuer: 'openai' },
          { type: 'thinking', text: 'nobody' },
          text('so'),
        ),
      ],
    })
    assert.deepEqual(arrayAt(arrayAt(body, 'messages')[0], 'content'), [
      { type: 'thinking', thinking: 'mine', signature: 's' },
      { type: 'redacted_thinking', data: 'enc' },
      { type: 'text', text: 'so' },
    ])
  })

  it('leave out blank text, blank stop sequences and the blanks that end a prefill', () => {
    const { body } = write({
      turns: [user(text('Hi'), text(' \n')), assistant(text('So: '))],
      sampling: { stop: ['\n\n', 'END'] },
    })
    assert.deepEqual(body['messages'], [
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'So:' }] },
    ])
    assert.deepEqual(body['stop_sequences'], ['END'])
  })

  it('keep instructions between turns where the model takes them, and mark them where not', () => {
    const between: Turn = { role: 'system', parts: [text('Be brief')] }
    const turns = [user(text('a')), between, assistant(text('b')), between, user(text('c')), between]
    const roles = (model: string) =>
      arrayAt(write({ turns }, target(model)).body, 'messages').map(
        (message) => (message as { role: string }).role,
      )
    assert.deepEqual(roles('claude-opus-4-8'), ['user', 'system', 'assistant', 'user', 'system'])
    assert.deepEqual(roles('claude-opus-4-7'), ['user', 'assistant', 'user'])
    const old = write({ turns: [user(text('a')), between] }).body
    assert.deepEqual(arrayAt(arrayAt(old, 'messages')[0], 'content')[1], {
      type: 'text',
      text: '<system>\nBe brief\n</system>',
    })
  })

  it('clamp the temperature, and drop sampling by name where the model refuses it', () => {
    const sampling = {
      temperature: 1.7,
      topP: 0.9,
      topK: 5,
      seed: 1,
      frequencyPenalty: 1,
      presencePenalty: 0,
    }
    const old = write({ sampling }, target('claude-3-haiku-20240307'))
    assert.deepEqual([old.body['temperature'], old.body['top_p'], old.body['top_k']], [1, 0.9, 5])
    assert.deepEqual(old.dropped, ['seed', 'frequency_penalty'])
    const one = write({ sampling: { temperature: 0.5, topP: 0.9 } })
    assert.deepEqual([one.body['temperature'], one.body['top_p'], one.dropped], [0.5, undefined, ['top_p']])
    for (const to of [target('claude-opus-4-8'), target('host-alias', { noSampling: true })]) {
      const { body, dropped } = write({ sampling: { temperature: 1, topP: 0.9, topK: 5 } }, to)
      assert.deepEqual(dropped, ['temperature', 'top_p', 'top_k'])
      assert.ok(!('temperature' in body || 'top_p' in body || 'top_k' in body))
    }
    const thinking = write({ sampling: { temperature: 0 }, reasoning: { mode: 'on', effort: 'low' } })
    assert.deepEqual(thinking.dropped, ['temperature'])
  })

  it('refuse several answers at once', () => {
    refused(() => write({ sampling: { choices: 2 } }), 'n')
    assert.deepEqual(write({ sampling: { choices: 1 } }).dropped, [])
  })

  it('write tools and choices', () => {
    const tools = [
      { name: 'look', parameters: { properties: {} }, strict: true },
      { name: 'see', description: 'd' },
    ]
    const { body } = write({ tools, toolChoice: { type: 'required' }, parallelToolCalls: false })
    assert.deepEqual(body['tools'], [
      { name: 'look', input_schema: { type: 'object', properties: {} }, strict: true },
      { name: 'see', description: 'd', input_schema: { type: 'object', properties: {} } },
    ])
    assert.deepEqual(body['tool_choice'], { type: 'any', disable_parallel_tool_use: true })
    const choice = (toolChoice: Conversation['toolChoice'], model?: string) =>
      write({ tools, ...(toolChoice ? { toolChoice } : {}) }, target(model)).body['tool_choice']
    assert.deepEqual(choice({ type: 'auto' }), { type: 'auto' })
    assert.deepEqual(choice({ type: 'none' }), { type: 'none' })
    assert.deepEqual(choice({ type: 'named', name: 'see' }), { type: 'tool', name: 'see' })
    assert.deepEqual(choice({ type: 'named', name: 'see' }, 'claude-opus-5-5'), { type: 'auto' })
    const parallel = write({ tools, parallelToolCalls: false }).body['tool_choice']
    assert.deepEqual(parallel, { type: 'auto', disable_parallel_tool_use: true })
    const none = write({ tools, toolChoice: { type: 'none' }, parallelToolCalls: false }).body['tool_choice']
    assert.deepEqual(none, { type: 'none' })
    assert.ok(!('tool_choice' in write({ toolChoice: { type: 'auto' } }).body))
  })

  it('filter the tools for a choice among some of them', () => {
    const tools = [{ name: 'look' }, { name: 'see' }]
    const { body } = write({ tools, toolChoice: { type: 'allowed', mode: 'required', names: ['see'] } })
    assert.deepEqual(body['tools'], [{ name: 'see', input_schema: { type: 'object', properties: {} } }])
    assert.deepEqual(body['tool_choice'], { type: 'any' })
  })

  it('say by name when a strict tool or a forced one is not to be had', () => {
    const strict = write({ tools: [{ name: 'look', strict: true }] }, target('claude-3-haiku-20240307'))
    assert.deepEqual(strict.dropped, ['strict'])
    const forced = write({ tools: [tool], toolChoice: { type: 'required' } }, target('claude-fable-5-1'))
    assert.deepEqual(forced.dropped, ['tool_choice'])
  })

  it('hold the model to a schema, with the API where it can and with words where not', () => {
    const schema = {
      type: 'object',
      properties: { type: { const: { type: 'object' } }, list: { type: 'array', items: { type: 'object' } } },
    }
    const output = { type: 'schema', name: 'x', schema } as const
    const { body } = write({ output })
    assert.deepEqual(body['output_config'], {
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            type: { const: { type: 'object' } },
            list: { type: 'array', items: { type: 'object', additionalProperties: false } },
          },
          additionalProperties: false,
        },
      },
    })
    const old = write({ output, system: [{ type: 'text', text: 'S' }] }, target('claude-3-haiku-20240307'))
    assert.deepEqual(old.dropped, ['json_schema'])
    assert.equal(arrayAt(old.body, 'system').length, 2)
    const json = write({ output: { type: 'json' } })
    assert.equal(arrayAt(json.body, 'system').length, 1)
    assert.deepEqual(json.dropped, [])
  })

  it('keep the last four cache marks and say when there were more', () => {
    const marked = (value: string, ttl?: '5m' | '1h'): Part => ({
      type: 'text',
      text: value,
      cache: ttl ? { ttl } : {},
    })
    const { body, dropped } = write({
      system: [{ type: 'text', text: 's', cache: { ttl: '1h' } }],
      tools: [{ name: 'look', cache: { ttl: '1h' } }],
      turns: [user(marked('a', '1h'), marked('b'), marked('c', '1h'))],
    })
    assert.deepEqual(dropped, ['cache_control'])
    assert.ok(!JSON.stringify(body['tools']).includes('cache_control'))
    const marks = arrayAt(arrayAt(body, 'messages')[0], 'content').map(
      (block) => (block as { cache_control?: unknown }).cache_control,
    )
    // An hour after five minutes would be refused.
    assert.deepEqual(marks, [{ type: 'ephemeral', ttl: '1h' }, { type: 'ephemeral' }, { type: 'ephemeral' }])
  })

  it('name the tier and the user, and what they have no field for', () => {
    const known = write({ serviceTier: 'default', endUser: 'u1', metadata: { a: 'b' } })
    assert.equal(known.body['service_tier'], 'standard_only')
    assert.deepEqual(known.body['metadata'], { user_id: 'u1' })
    assert.deepEqual(known.dropped, ['metadata'])
    assert.deepEqual(write({ serviceTier: 'flex' }).dropped, ['service_tier'])
  })

  it('carry images and documents', () => {
    const { body } = write({
      turns: [
        user(
          { type: 'media', kind: 'image', source: { from: 'base64', data: 'iVBORw0' } },
          { type: 'media', kind: 'image', source: { from: 'url', url: 'https://x/y.png' }, detail: 'low' },
          {
            type: 'media',
            kind: 'document',
            source: { from: 'base64', data: 'JVBERi0' },
            mediaType: 'application/pdf',
            filename: 'a.pdf',
          },
          {
            type: 'media',
            kind: 'document',
            source: { from: 'base64', data: 'aGk=' },
            mediaType: 'text/csv',
          },
          { type: 'media', kind: 'document', source: { from: 'file', id: 'file_1', vendor: 'anthropic' } },
        ),
      ],
    })
    assert.deepEqual(arrayAt(arrayAt(body, 'messages')[0], 'content'), [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0' } },
      { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0' },
        title: 'a.pdf',
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hi' } },
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
    ])
  })

  it('carry an image inside a tool result', () => {
    const image: Part = { type: 'media', kind: 'image', source: { from: 'base64', data: '/9j/4' } }
    const { body } = write({
      turns: [
        assistant(call('a')),
        user({ type: 'tool_result', callId: 'a', parts: [image], isError: true, cache: {} }),
      ],
    })
    assert.deepEqual(arrayAt(arrayAt(body, 'messages')[1], 'content')[0], {
      type: 'tool_result',
      tool_use_id: 'a',
      content: [{ type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: '/9j/4' } }],
      is_error: true,
      cache_control: { type: 'ephemeral' },
    })
  })

  it('are refused for sound, odd images and files of other vendors', () => {
    const media = (part: Omit<Extract<Part, { type: 'media' }>, 'type'>) => () =>
      write({ turns: [user({ type: 'media', ...part })] })
    refused(media({ kind: 'audio', source: { from: 'base64', data: 'x' } }), 'messages')
    refused(
      media({ kind: 'image', source: { from: 'base64', data: 'x' }, mediaType: 'image/svg+xml' }),
      'messages',
    )
    refused(media({ kind: 'image', source: { from: 'url', url: 'gs://b/i.png' } }), 'messages')
    refused(media({ kind: 'document', source: { from: 'file', id: 'f', vendor: 'openai' } }), 'messages')
  })
})

const reasoningCases: readonly {
  readonly model: string
  readonly reasoning: Reasoning
  readonly max?: number
  readonly thinking?: object
  readonly effort?: string
  readonly dropped?: string[]
}[] = [
  {
    model: 'claude-sonnet-4-5',
    reasoning: { mode: 'on', effort: 'minimal' },
    thinking: { type: 'enabled', budget_tokens: 1024 },
  },
  {
    model: 'claude-sonnet-4-5',
    reasoning: { mode: 'on', effort: 'medium' },
    max: 8000,
    thinking: { type: 'enabled', budget_tokens: 4096 },
  },
  {
    model: 'claude-sonnet-4-5',
    reasoning: { mode: 'on', effort: 'high' },
    max: 60_000,
    thinking: { type: 'enabled', budget_tokens: 16_384 },
  },
  {
    model: 'claude-sonnet-4-5',
    reasoning: { mode: 'on', effort: 'high' },
    max: 5000,
    thinking: { type: 'enabled', budget_tokens: 4000 },
  },
  {
    model: 'claude-sonnet-4-5',
    reasoning: { mode: 'on', budgetTokens: 9000 },
    max: 8000,
    thinking: { type: 'enabled', budget_tokens: 7999 },
  },
  {
    model: 'claude-sonnet-4-5',
    reasoning: { mode: 'on', effort: 'high' },
    max: 1024,
    dropped: ['reasoning_effort'],
  },
  { model: 'claude-sonnet-4-5', reasoning: { mode: 'off' }, thinking: { type: 'disabled' } },
  {
    model: 'claude-3-haiku-20240307',
    reasoning: { mode: 'on', effort: 'high' },
    dropped: ['reasoning_effort'],
  },
  { model: 'claude-3-haiku-20240307', reasoning: { mode: 'off' } },
  {
    model: 'claude-opus-4-8',
    reasoning: { mode: 'on', effort: 'xhigh' },
    thinking: { type: 'adaptive', display: 'summarized' },
    effort: 'xhigh',
  },
  {
    model: 'claude-opus-4-6',
    reasoning: { mode: 'on', effort: 'xhigh' },
    thinking: { type: 'adaptive', display: 'summarized' },
    effort: 'high',
    dropped: ['reasoning_effort'],
  },
  {
    model: 'claude-opus-4-6',
    reasoning: { mode: 'on', budgetTokens: 2000 },
    thinking: { type: 'enabled', budget_tokens: 2000 },
  },
  {
    model: 'claude-sonnet-5',
    reasoning: { mode: 'on', budgetTokens: 20_000, visible: false },
    thinking: { type: 'adaptive', display: 'omitted' },
    effort: 'high',
  },
  {
    model: 'claude-sonnet-5',
    reasoning: { mode: 'on', effort: 'minimal' },
    thinking: { type: 'adaptive', display: 'summarized' },
    effort: 'low',
  },
  { model: 'claude-sonnet-5', reasoning: { mode: 'on', effort: 'none' }, thinking: { type: 'disabled' } },
  { model: 'claude-sonnet-5-5', reasoning: { mode: 'off' }, thinking: { type: 'between_tools' } },
  { model: 'claude-fable-5', reasoning: { mode: 'off' }, effort: 'low', dropped: ['reasoning_effort'] },
  {
    model: 'some-alias',
    reasoning: { mode: 'on', effort: 'low' },
    thinking: { type: 'adaptive', display: 'summarized' },
    effort: 'low',
  },
]

describe('thinking in the Messages format', () => {
  for (const { model, reasoning, max, thinking, effort, dropped } of reasoningCases) {
    it(`asks ${model} for ${JSON.stringify(reasoning)}${max ? ` within ${max}` : ''} as it understands it`, () => {
      const written = write({ reasoning, ...(max ? { maxOutputTokens: max } : {}) }, target(model))
      assert.deepEqual(written.body['thinking'], thinking)
      assert.deepEqual(written.body['output_config'], effort === undefined ? undefined : { effort })
      assert.deepEqual(written.dropped, dropped ?? [])
    })
  }

  it('gives way to a forced tool, and to a tool loop that began without it', () => {
    const reasoning = { mode: 'on', effort: 'low' } as const
    const forced = write({ reasoning, tools: [tool], toolChoice: { type: 'required' } })
    assert.deepEqual([forced.body['thinking'], forced.dropped], [undefined, ['reasoning_effort']])
    const foreign = write({ reasoning, turns: [assistant(call('a')), user(result('a'))] })
    assert.deepEqual([foreign.body['thinking'], foreign.dropped], [undefined, ['reasoning_effort']])
    const proof: Part = { type: 'thinking', text: 't', signature: 's', issuer: 'anthropic' }
    const own = write({ reasoning, turns: [assistant(proof, call('a')), user(result('a'))] })
    assert.deepEqual(own.body['thinking'], { type: 'enabled', budget_tokens: 1024 })
  })
})
