import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readGeminiPath, redactKey, wantsEventStream } from './path.ts'

test('a path says version, model and method', () => {
  assert.deepEqual(readGeminiPath('/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse'), {
    version: 'v1beta',
    model: 'gemini-2.5-flash',
    method: 'streamGenerateContent',
  })
  assert.equal(
    readGeminiPath('/v1beta/models/anthropic%2Fclaude-sonnet-5:generateContent')?.model,
    'anthropic/claude-sonnet-5',
  )
  assert.equal(readGeminiPath('/v1beta/models/openai/gpt-5:generateContent')?.model, 'openai/gpt-5')
  assert.equal(readGeminiPath('/v1beta/tunedModels/mine:generateContent')?.model, 'tunedModels/mine')
  assert.equal(readGeminiPath('/v1beta/models'), undefined)
})

test('a key in the query never shows, however it is written', () => {
  const secret = 'AIzaSecret'
  const paths = [
    `/v1beta/models/m:generateContent?key=${secret}`,
    `/v1beta/models/m:generateContent?alt=sse&key=${secret}&x=1`,
    `/v1beta/models/m:generateContent?%6bey=${secret}`,
    `/v1beta/models/m:generateContent?k%65%79=${secret}#x`,
    `/v1beta/models/m:generateContent?$key=${secret}`,
    `/v1beta/models/m:generateContent?KEY=${secret}&key=${secret}`,
  ]
  for (const path of paths) assert.ok(!redactKey(path).includes(secret), path)
  assert.equal(redactKey('/v1beta/models/m?alt=sse&monkey=1'), '/v1beta/models/m?alt=sse&monkey=1')
})

test('only alt=sse asks for events', () => {
  assert.equal(wantsEventStream('/v1beta/models/m:streamGenerateContent?key=a&alt=sse'), true)
  assert.equal(wantsEventStream('/v1beta/models/m:streamGenerateContent?alt=json'), false)
  assert.equal(wantsEventStream('/v1beta/models/m:streamGenerateContent'), false)
})
