import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../contract/json.ts'
import type { Conversation } from '../sidecar/conversation/request.ts'
import { dialects } from '../sidecar/dialects/registry.ts'
import type { FormatName, Target } from '../sidecar/formats/format.ts'
import { formats } from '../sidecar/formats/registry.ts'
import { defaultQuirks } from '../sidecar/providers/openai-compatible/hosts.ts'

/** What one format cannot say: the part of a conversation that has it, and the name callers are told. */
const cases: readonly (readonly [FormatName, string, Partial<Conversation>, string])[] = [
  ['messages', 'claude-sonnet-5', { turns: [thought('openai')] }, 'thinking'],
  ['messages', 'claude-sonnet-5', { sampling: { stop: ['\n', 'END'] } }, 'stop'],
  ['gemini', 'gemini-3.5-flash', { turns: [thought('anthropic')] }, 'thinking'],
  ['gemini', 'gemini-3.5-flash', { serviceTier: 'scale' }, 'service_tier'],
  ['converse', 'anthropic.claude-sonnet-5', { turns: [thought('openai')] }, 'thinking'],
  ['converse', 'anthropic.claude-sonnet-5', { turns: [named()] }, 'name'],
  ['converse', 'anthropic.claude-sonnet-5', { turns: [picture()] }, 'detail'],
  ['cohere', 'command-a-03-2025', { turns: [named()] }, 'name'],
  ['responses', 'gpt-5.6-sol', { turns: [thought('anthropic')] }, 'thinking'],
  ['chat', 'gpt-5.6-sol', { turns: [thought('anthropic')] }, 'thinking'],
]

function thought(issuer: 'openai' | 'anthropic'): Conversation['turns'][number] {
  const thinking = { type: 'thinking', text: 'hm', signature: 's', issuer } as const
  return { role: 'assistant', parts: [thinking, { type: 'text', text: 'Hi' }] }
}

function named(): Conversation['turns'][number] {
  return { role: 'user', name: 'bob', parts: [{ type: 'text', text: 'Hi' }] }
}

function picture(): Conversation['turns'][number] {
  const source = { from: 'base64', data: 'AAAA' } as const
  return {
    role: 'user',
    parts: [{ type: 'media', kind: 'image', source, mediaType: 'image/png', detail: 'high' }],
  }
}

function written(format: FormatName, model: string, own: Partial<Conversation>) {
  const conversation: Conversation = {
    model,
    stream: false,
    wantsStreamUsage: false,
    system: [],
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
    tools: [],
    sampling: {},
    dropped: [],
    ...own,
  }
  const target: Target = { model, capabilities: [], noSampling: false, quirks: defaultQuirks }
  return formats[format].writeRequest(conversation, target)
}

for (const [format, model, own, name] of cases) {
  test(`${format}: what cannot be said is named as ${name}`, () => {
    assert.deepEqual(written(format, model, own).dropped, [name])
  })
}

test('citations of an earlier answer are named when another vendor is to read it', () => {
  const cited = { type: 'text', text: 'Hi', citations: [{ type: 'char_location', cited_text: 'x' }] }
  const plain = { type: 'text', text: 'Hi', citations: null }
  const read = (block: JsonObject) =>
    dialects.messages.readRequest(
      {
        model: 'm',
        max_tokens: 5,
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: [block] },
          { role: 'user', content: 'b' },
        ],
      },
      {},
    ).dropped
  assert.deepEqual(read(cited), ['citations'])
  assert.deepEqual(read(plain), [])
})
