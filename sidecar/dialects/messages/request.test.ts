import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation } from '../../conversation/request.ts'
import { readRequest } from './request.ts'

const read = (change: JsonObject): Conversation =>
  readRequest({ model: 'claude', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }], ...change })
const readUser = (...content: JsonObject[]) => read({ messages: [{ role: 'user', content }] })

describe('requests in the Messages dialect', () => {
  it('are read whole', () => {
    const conversation = read({
      stream: true,
      system: [{ type: 'text', text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: [{ type: 'text', text: 'b', cache_control: { type: 'ephemeral' } }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'look', input: { q: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'r', is_error: false }] },
        { role: 'system', content: 'Be brief' },
      ],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      stop_sequences: ['X'],
      metadata: { user_id: 'u' },
      service_tier: 'standard_only',
      tools: [{ name: 'look', description: 'd', input_schema: { type: 'object' }, strict: true }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } } },
    })
    assert.deepEqual(conversation, {
      model: 'claude',
      stream: true,
      wantsStreamUsage: true,
      system: [{ type: 'text', text: 'S', cache: { ttl: '1h' } }],
      turns: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b', cache: {} },
          ],
        },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 't', name: 'look', arguments: '{"q":1}' }] },
        {
          role: 'user',
          parts: [{ type: 'tool_result', callId: 't', parts: [{ type: 'text', text: 'r' }], isError: false }],
        },
        { role: 'system', parts: [{ type: 'text', text: 'Be brief' }] },
      ],
      tools: [{ name: 'look', description: 'd', parameters: { type: 'object' }, strict: true }],
      toolChoice: { type: 'required' },
      parallelToolCalls: false,
      output: { type: 'schema', name: 'answer', schema: { type: 'object' }, strict: true },
      maxOutputTokens: 100,
      sampling: { temperature: 0.5, topP: 0.9, topK: 4, stop: ['X'] },
      reasoning: { mode: 'adaptive', effort: 'high' },
      endUser: 'u',
      serviceTier: 'default',
      dropped: [],
    })
  })

  it('put system messages that lead the conversation to the system prompt', () => {
    const messages = [
      { role: 'system', content: 'one' },
      { role: 'user', content: 'Hi' },
    ]
    const { system, turns } = read({ system: 'zero', messages })
    assert.deepEqual(
      system.map((part) => part.text),
      ['zero', 'one'],
    )
    assert.equal(turns.length, 1)
  })

  it('read images, documents and search results from wherever they are', () => {
    const { turns, dropped } = readUser(
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'x' } },
      { type: 'image', source: { type: 'url', url: 'https://x/y' } },
      { type: 'document', title: 'T', source: { type: 'text', media_type: 'text/plain', data: 'plain' } },
      {
        type: 'document',
        source: { type: 'file', file_id: 'f' },
        citations: { enabled: true },
        context: 'c',
      },
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'inner' }] } },
      { type: 'search_result', title: 'T', source: 's', content: [{ type: 'text', text: 'found' }] },
    )
    assert.deepEqual(turns[0]?.parts, [
      { type: 'media', kind: 'image', source: { from: 'base64', data: 'x' }, mediaType: 'image/png' },
      { type: 'media', kind: 'image', source: { from: 'url', url: 'https://x/y' } },
      {
        type: 'media',
        kind: 'document',
        source: { from: 'text', text: 'plain' },
        mediaType: 'text/plain',
        filename: 'T',
      },
      { type: 'media', kind: 'document', source: { from: 'file', id: 'f', vendor: 'anthropic' } },
      { type: 'text', text: 'inner' },
      { type: 'text', text: 'T\ns\nfound' },
    ])
    assert.deepEqual(dropped, ['document.context', 'document.citations'])
  })

  it('read thinking with its proof, and whose it is', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'thinking', thinking: 'no proof', signature: '' },
      { type: 'redacted_thinking', data: 'enc' },
    ]
    const { turns } = read({ messages: [{ role: 'assistant', content }] })
    assert.deepEqual(turns[0]?.parts, [
      { type: 'thinking', text: 'hm', signature: 'sig', issuer: 'anthropic' },
      { type: 'thinking', text: 'no proof' },
      { type: 'thinking', text: '', redacted: 'enc', issuer: 'anthropic' },
    ])
  })

  it('name what nobody but Anthropic has', () => {
    const { dropped, tools, toolChoice } = read({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'container_upload', file_id: 'f' },
            { type: 'text', text: 'a' },
          ],
        },
        { role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }] },
      ],
      tools: [
        { type: 'web_search_20260318', name: 'web_search' },
        { name: 'look', input_schema: {}, defer_loading: true },
      ],
      tool_choice: { type: 'tool', name: 'web_search' },
      mcp_servers: [],
      speed: null,
      cache_control: { type: 'ephemeral' },
      metadata: { user_id: null, 'x\r\nset-cookie: a': 1 },
      output_config: { task_budget: {} },
    })
    assert.deepEqual([...dropped].sort(), [
      'cache_control',
      'container_upload',
      'mcp_servers',
      'output_config.task_budget',
      'server_tool_use',
      'tool_choice',
      'tools.defer_loading',
      'tools.web_search_20260318',
      'unknown_field',
    ])
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['look'],
    )
    assert.equal(toolChoice, undefined)
  })

  it('read every way of thinking', () => {
    const reasoning = (thinking: JsonObject, effort?: string) =>
      read({ thinking, ...(effort ? { output_config: { effort } } : {}) }).reasoning
    assert.deepEqual(reasoning({ type: 'enabled', budget_tokens: 2000 }), { mode: 'on', budgetTokens: 2000 })
    assert.deepEqual(reasoning({ type: 'adaptive', display: 'summarized' }, 'max'), {
      mode: 'adaptive',
      effort: 'max',
      visible: true,
    })
    assert.deepEqual(reasoning({ type: 'between_tools' }), { mode: 'on', effort: 'minimal' })
    assert.deepEqual(reasoning({ type: 'disabled' }, 'low'), { mode: 'off' })
    assert.equal(read({}).reasoning, undefined)
  })

  it('are refused when they lean on state or a cache that only Anthropic keeps', () => {
    for (const [change, param] of [
      [{ thread: { id: 't' } }, 'thread'],
      [{ max_tokens: 0 }, 'max_tokens'],
    ] as const) {
      assert.throws(
        () => read(change),
        (error) => error instanceof GatewayError && error.code === 'untranslatable' && error.param === param,
      )
    }
  })

  const wrong: readonly [JsonObject, string][] = [
    [{ model: null }, 'model'],
    [{ messages: 'x' }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: [3] }, 'messages.0'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.role'],
    [{ messages: [{ role: 'user' }] }, 'messages.0.content'],
    [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages.0.content.0.type'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages.0.content.0.text'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: {} }] }] },
      'messages.0.content.0.source.type',
    ],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text' }] }] },
        ],
      },
      'messages.0.content.0.content.0.text',
    ],
    [
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'n', input: '{}' }] }] },
      'messages.0.content.0.input',
    ],
    [{ max_tokens: '5' }, 'max_tokens'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ stop_sequences: ['a', 1] }, 'stop_sequences.1'],
    [{ tools: [{ description: 'd' }] }, 'tools.0.name'],
    [{ tool_choice: { type: 'required' } }, 'tool_choice.type'],
    [{ thinking: { type: 'deep' } }, 'thinking.type'],
    [{ output_config: { effort: 'huge' } }, 'output_config.effort'],
    [{ stream: 'yes' }, 'stream'],
    [{ system: [{ type: 'text', text: 4 }] }, 'system.0.text'],
  ]
  for (const [change, path] of wrong) {
    it(`are refused by the name of the field when ${path} is wrong`, () => {
      assert.throws(
        () => read(change),
        (error) =>
          error instanceof GatewayError &&
          error.code === 'invalid_body' &&
          error.param === path &&
          error.message.startsWith(`${path}: must be `),
      )
    })
  }
})
