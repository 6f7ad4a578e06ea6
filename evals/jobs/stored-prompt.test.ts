import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storedAnswer, storedPrompt } from './stored-prompt.ts'

test('what each dialect kept can be asked again and read by a judge', () => {
  const cases: readonly [string, object][] = [
    [
      'chat',
      {
        messages: [
          { role: 'system', content: 'Be short.' },
          { role: 'user', content: 'Hi' },
        ],
      },
    ],
    [
      'messages',
      { system: 'Be short.', messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] },
    ],
    ['responses', { instructions: 'Be short.', input: 'Hi' }],
    [
      'gemini',
      {
        systemInstruction: { parts: [{ text: 'Be short.' }] },
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      },
    ],
  ]
  for (const [name, body] of cases) {
    const read = storedPrompt(JSON.stringify(body))
    assert.deepEqual(
      read?.messages,
      [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Hi' },
      ],
      name,
    )
    assert.equal(read?.text, 'system: Be short.\n\nuser: Hi', name)
    assert.equal(read?.isRepeatable, true, name)
  }
})

test('what has effects elsewhere is not asked again, and what is cut is not read', () => {
  for (const more of [{ tools: [{}] }, { store: true }, { background: true }, { previous_response_id: 'x' }])
    assert.equal(
      storedPrompt(JSON.stringify({ input: 'Hi', ...more }))?.isRepeatable,
      false,
      JSON.stringify(more),
    )
  assert.equal(storedPrompt(JSON.stringify({ input: 'Hi', store: false }))?.isRepeatable, true)
  assert.equal(storedPrompt('{"messages": [{"role": "us'), undefined)
  assert.equal(storedPrompt('{"prompt": 3}'), undefined)
  const json = { messages: [{ role: 'user', content: 'x' }], response_format: { type: 'json_object' } }
  assert.equal(storedPrompt(JSON.stringify(json))?.isJsonAsked, true)
})

test('an answer is its words, whether a message stands around them or not', () => {
  assert.equal(storedAnswer('Hello'), 'Hello')
  assert.equal(storedAnswer('{"order": 7}'), '{"order": 7}')
  assert.equal(storedAnswer('{"choices":[{"message":{"role":"assistant","content":"Hello"}}]}'), 'Hello')
})
