import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AnswerEvent } from './answer.ts'
import type { Conversation, Part } from './request.ts'
import { rememberProofs, restoreProofs, SignatureStore } from './signature-store.ts'

const proof = { thinking: [{ type: 'thinking', text: 'hm', signature: 's', issuer: 'anthropic' }] } as const

function conversationOf(parts: readonly Part[]): Conversation {
  return {
    model: 'm',
    stream: false,
    wantsStreamUsage: false,
    system: [],
    turns: [{ role: 'assistant', parts }],
    tools: [],
    sampling: {},
    dropped: [],
  }
}

const call = { type: 'tool_call', id: 'c1', name: 'look', arguments: '{}' } as const

const events: readonly AnswerEvent[] = [
  { type: 'thinking', choice: 0, text: 'first ' },
  { type: 'thinking', choice: 0, text: 'thought' },
  { type: 'thinking_proof', choice: 0, signature: 'sig1', issuer: 'anthropic' },
  { type: 'thinking_proof', choice: 0, redacted: 'secret', issuer: 'anthropic' },
  { type: 'text', choice: 0, text: 'let me look' },
  { type: 'tool_call', choice: 0, call: 0, id: 'c1', name: 'look' },
  { type: 'thinking', choice: 0, text: 'second' },
  { type: 'thinking_proof', choice: 0, signature: 'sig2', issuer: 'anthropic' },
  { type: 'tool_call', choice: 0, call: 1, id: 'c2', name: 'look' },
  { type: 'tool_call', choice: 0, call: 2, id: 'c3', name: 'look' },
]

function storeWith(remembered: readonly AnswerEvent[], scope = 'caller'): SignatureStore {
  const store = new SignatureStore({ entriesMax: 10, bytesMax: 10_000 })
  for (const { toolCallId, proof: found } of rememberProofs(remembered)) {
    store.remember(scope, toolCallId, found)
  }
  return store
}

describe('signature store', () => {
  it('forgets the proof that was not used for longest when it holds too many', () => {
    const store = new SignatureStore({ entriesMax: 2, bytesMax: 10_000 })
    store.remember('a', '1', proof)
    store.remember('a', '2', proof)
    store.recall('a', '1')
    store.remember('a', '3', proof)
    assert.equal(store.recall('a', '2'), undefined)
    assert.equal(store.recall('a', '1'), proof)
    assert.equal(store.size, 2)
  })

  it('stays within its bytes and does not take what is larger than all of them', () => {
    const store = new SignatureStore({ entriesMax: 100, bytesMax: 400 })
    for (let id = 0; id < 50; id += 1) store.remember('a', String(id), proof)
    assert.ok(store.bytes <= 400 && store.size > 1)
    store.remember('a', 'huge', { thinking: [{ type: 'thinking', text: 'x'.repeat(500) }] })
    assert.equal(store.recall('a', 'huge'), undefined)
    assert.equal(store.recall('a', '49'), proof)
  })

  it('counts a proof that is remembered again once', () => {
    const store = new SignatureStore({ entriesMax: 10, bytesMax: 10_000 })
    store.remember('a', '1', proof)
    const { bytes } = store
    store.remember('a', '1', proof)
    assert.equal(store.bytes, bytes)
  })

  it('finds nothing for an id that two answers used, as hosts do that count from 0', () => {
    const other = { thinking: [] }
    for (const [first, second] of [[proof, other] as const, [other, proof] as const]) {
      const store = new SignatureStore({ entriesMax: 10, bytesMax: 10_000 })
      store.remember('a', 'functions.look:0', first)
      store.remember('a', 'functions.look:0', second)
      assert.equal(store.recall('a', 'functions.look:0'), undefined)
      store.remember('a', 'functions.look:0', proof)
      assert.equal(store.recall('a', 'functions.look:0'), undefined)
    }
  })

  it('never serves the proof of one caller to another', () => {
    const store = new SignatureStore({ entriesMax: 10, bytesMax: 10_000 })
    store.remember('a', 'b1', proof)
    assert.equal(store.recall('ab', '1'), undefined)
    assert.equal(store.recall('', 'ab1'), undefined)
    assert.equal(store.recall('b', 'b1'), undefined)
  })
})

describe('proofs of an answer', () => {
  it('belong to the first call after them', () => {
    assert.deepEqual(rememberProofs(events), [
      {
        toolCallId: 'c1',
        proof: {
          thinking: [
            { type: 'thinking', text: 'first thought', signature: 'sig1', issuer: 'anthropic' },
            { type: 'thinking', text: '', redacted: 'secret', issuer: 'anthropic' },
          ],
        },
      },
      {
        toolCallId: 'c2',
        proof: { thinking: [{ type: 'thinking', text: 'second', signature: 'sig2', issuer: 'anthropic' }] },
      },
      { toolCallId: 'c3', proof: { thinking: [] } },
    ])
  })

  it('are put back where they stood, and only once', () => {
    const from = { store: storeWith(events), scope: 'caller', issuer: 'anthropic' } as const
    const text = { type: 'text', text: 'let me look' } as const
    const second = { ...call, id: 'c2' }
    const restored = restoreProofs(conversationOf([text, call, second]), from)
    const kinds = restored.turns[0]?.parts.map((part) =>
      part.type === 'thinking' ? part.signature : part.type,
    )
    assert.deepEqual(kinds, ['sig1', undefined, 'text', 'tool_call', 'sig2', 'tool_call'])
    assert.equal(restoreProofs(restored, from), restored)
  })

  it('replace the text that came back without its proof', () => {
    const from = { store: storeWith(events), scope: 'caller', issuer: 'anthropic' } as const
    const bare = { type: 'thinking', text: 'first thought' } as const
    const restored = restoreProofs(conversationOf([bare, call]), from)
    assert.deepEqual(
      restored.turns[0]?.parts.map((part) => part.type),
      ['thinking', 'thinking', 'tool_call'],
    )
  })

  it('stay away from other vendors and other callers', () => {
    const store = storeWith(events)
    const asked = conversationOf([call])
    assert.equal(restoreProofs(asked, { store, scope: 'caller', issuer: 'openai' }), asked)
    assert.equal(restoreProofs(asked, { store, scope: 'other', issuer: 'anthropic' }), asked)
  })

  it('on the call itself come back with it', () => {
    const signed: readonly AnswerEvent[] = [
      { type: 'tool_call', choice: 0, call: 0, id: 'c1', name: 'look', signature: 'g', issuer: 'google' },
    ]
    const from = { store: storeWith(signed), scope: 'caller', issuer: 'google' } as const
    const restored = restoreProofs(conversationOf([call]), from)
    assert.deepEqual(restored.turns[0]?.parts, [{ ...call, signature: 'g', issuer: 'google' }])
  })

  it('without a signature come back to vendors that sign nothing', () => {
    const unsigned: readonly AnswerEvent[] = [
      { type: 'thinking', choice: 0, text: 'aloud' },
      { type: 'tool_call', choice: 0, call: 0, id: 'c1', name: 'look' },
    ]
    const store = storeWith(unsigned)
    const restored = restoreProofs(conversationOf([call]), { store, scope: 'caller', issuer: 'other' })
    assert.deepEqual(restored.turns[0]?.parts, [{ type: 'thinking', text: 'aloud' }, call])
    const asked = conversationOf([call])
    assert.equal(restoreProofs(asked, { store, scope: 'caller', issuer: 'anthropic' }), asked)
  })
})
