import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../contract/json.ts'
import { promptTexts } from './prompt-texts.ts'

const bodies: [string, JsonObject, ReturnType<typeof promptTexts>][] = [
  [
    'chat',
    {
      model: 'gpt-4o',
      stop: 'never read',
      messages: [
        { role: 'system', content: 'Be kind.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hello' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"a":1}' } }],
        },
      ],
    },
    { texts: ['Be kind.', 'Hello', 'find', '{"a":1}'], turns: 3, media: 1, tokens: 0 },
  ],
  [
    'messages',
    {
      system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'document', source: { type: 'base64', data: 'AAAA' } },
            { type: 'text', text: 'Hi' },
          ],
        },
      ],
      tools: [{ name: 't', input_schema: { type: 'object' } }],
    },
    {
      texts: ['Be kind.', 'Hi', '[{"name":"t","input_schema":{"type":"object"}}]'],
      turns: 1,
      media: 1,
      tokens: 0,
    },
  ],
  [
    'gemini',
    {
      systemInstruction: { parts: [{ text: 'Be kind.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi', thoughtSignature: 'xyz' }, { inlineData: { data: 'A' } }] },
      ],
    },
    { texts: ['Be kind.', 'Hi'], turns: 1, media: 1, tokens: 0 },
  ],
  [
    'responses',
    { input: 'Hi', instructions: 'Be kind.' },
    { texts: ['Be kind.', 'Hi'], turns: 0, media: 0, tokens: 0 },
  ],
  ['token ids', { prompt: [[1, 2, 3], [4]] }, { texts: [], turns: 0, media: 0, tokens: 4 }],
  ['nothing', { messages: null, input: 7 as never }, { texts: [], turns: 0, media: 0, tokens: 1 }],
]

for (const [name, body, expected] of bodies) {
  test(`what a model reads of a request: ${name}`, () => assert.deepEqual(promptTexts(body), expected))
}
