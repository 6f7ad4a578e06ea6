import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects } from '../dialects/registry.ts'
import { defaultQuirks, hostTable } from '../providers/openai-compatible/hosts.ts'
import { hasSeveralAnswers, isStructured } from './answer-shape.ts'
import { continuedTurns, goOn, markPrefill } from './continued-body.ts'
import { takesPrefill } from './delivered.ts'

const body = (fields: Record<string, never[] | object | string | number | boolean | null>) => ({
  get: (key: string) => fields[key] as never,
})

const bodies = {
  chat: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
  messages: { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] },
  responses: { model: 'm', input: 'Hi' },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
} as const

for (const name of ['chat', 'messages', 'responses', 'gemini'] as const) {
  test(`${name}: the answer so far is a turn of the assistant, alone or with a request to go on`, () => {
    const asked = bodies[name]
    const turnsOf = (isPrefill: boolean) => {
      const turns = continuedTurns(name, body(asked as never), { text: 'The cat', isPrefill })
      return dialects[name].readRequest({ ...asked, ...turns } as never, { model: 'm' }).turns
    }
    const [question, answer, request] = turnsOf(false)
    assert.deepEqual(question?.parts, [{ type: 'text', text: 'Hi' }])
    assert.equal(answer?.role, 'assistant')
    assert.deepEqual(answer?.parts, [{ type: 'text', text: 'The cat' }])
    assert.equal(request?.role, 'user')
    assert.deepEqual(request?.parts, [{ type: 'text', text: goOn }])
    assert.deepEqual(
      turnsOf(true).map(({ role }) => role),
      ['user', 'assistant'],
    )
  })
}

test('an answer that the caller began itself stays one turn', () => {
  const chat = { messages: [{ role: 'assistant', content: 'Once ' }] }
  const messages = { messages: [{ role: 'assistant', content: [{ type: 'text', text: 'Once ' }] }] }
  const gemini = { contents: [{ role: 'model', parts: [{ text: 'Once ' }] }] }
  const asked = { text: 'upon', isPrefill: true }
  assert.deepEqual(continuedTurns('chat', body(chat), asked), {
    messages: [{ role: 'assistant', content: 'Once upon' }],
  })
  assert.equal(
    JSON.stringify(continuedTurns('messages', body(messages), asked)).match(/assistant/g)?.length,
    1,
  )
  assert.equal(JSON.stringify(continuedTurns('gemini', body(gemini), asked)).match(/model/g)?.length, 1)
})

test('hosts are told to go on in their own words', () => {
  const asked = {
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'The' },
    ],
  }
  const marked = (host: string) => markPrefill(asked, 'chat', hostTable[host]?.quirks ?? defaultQuirks)
  assert.match(JSON.stringify(marked('mistral')), /"content":"The","prefix":true/)
  assert.match(JSON.stringify(marked('moonshot')), /"content":"The","partial":true/)
  assert.equal(marked('vllm')['continue_final_message'], true)
  assert.equal(marked('vllm')['add_generation_prompt'], false)
  assert.equal(marked('openai'), asked)
})

test('who takes a prefill is known from model and host, or stated', () => {
  const takes = (format: 'messages' | 'converse' | 'chat' | 'gemini', model: string, stated?: string[]) =>
    takesPrefill({ format, model, capabilities: stated && new Set(stated), quirks: defaultQuirks })
  assert.equal(takes('messages', 'claude-haiku-4-5'), true)
  assert.equal(takes('messages', 'claude-sonnet-4-6'), false)
  assert.equal(takes('messages', 'claude-opus-5'), false)
  assert.equal(takes('converse', 'anthropic.claude-3-5-sonnet-20240620-v1:0'), true)
  assert.equal(takes('converse', 'amazon.nova-pro-v1:0'), false)
  assert.equal(takes('chat', 'gpt-5.6-sol'), false)
  assert.equal(takes('chat', 'own', ['prefill']), true)
  assert.equal(takes('gemini', 'gemini-2.5-flash', ['tools']), false)
})

test('structured answers and several of them are told from text, in each dialect', () => {
  assert.equal(isStructured('responses', body({ text: { format: { type: 'json_schema' } } })), true)
  assert.equal(isStructured('responses', body({ text: { verbosity: 'low' } })), false)
  assert.equal(isStructured('messages', body({ output_config: { format: {} } })), true)
  assert.equal(isStructured('chat', body({ response_format: { type: 'text' } })), false)
  assert.equal(isStructured('gemini', body({ generationConfig: { responseSchema: {} } })), true)
  assert.equal(hasSeveralAnswers('gemini', body({ generationConfig: { candidateCount: 2 } })), true)
  assert.equal(hasSeveralAnswers('chat', body({ n: 1 })), false)
})
