import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectOf, endpointOf, hasDotSegments, targetOf } from './endpoints.ts'

const brief = (path: string) => {
  const endpoint = endpointOf(path)
  return endpoint && `${endpoint.dialect} ${endpoint.operation} ${endpoint.body}`
}

test('known paths have their dialect, their operation and their kind of body', () => {
  const cases: [string, string][] = [
    ['/v1/chat/completions', 'chat generate json'],
    ['/v1/responses', 'responses generate json'],
    ['/v1/messages', 'messages generate json'],
    ['/v1/messages/count_tokens', 'messages count_tokens json'],
    ['/v1/completions', 'chat completions json'],
    ['/v1/embeddings', 'chat embeddings json'],
    ['/v1/rerank', 'chat rerank json'],
    ['/v1/audio/transcriptions', 'chat transcription stream'],
    ['/v1/audio/speech', 'chat speech json'],
    ['/v1/images/edits', 'chat images stream'],
    ['/v1/models', 'chat models none'],
    ['/v1beta/models/m:generateContent', 'gemini generate json'],
    ['/v1alpha/models/m:streamGenerateContent', 'gemini generate json'],
    ['/v1/models/m:generateContent', 'gemini generate json'],
    ['/v1beta/models/m:countTokens', 'gemini count_tokens json'],
    ['/v1beta/models/m:batchEmbedContents', 'gemini embeddings json'],
  ]
  for (const [path, expected] of cases) assert.equal(brief(path), expected, path)
})

test('other paths behind /v1/ and /v1beta/ pass, everything else is unknown', () => {
  const cases: [string, string | undefined][] = [
    ['/v1/files', 'chat other stream'],
    ['/v1/files/f:x', 'chat other stream'],
    ['/v1/messages/batches', 'messages other stream'],
    ['/v1/responses/r_1/cancel', 'responses other stream'],
    ['/v1/models/m', 'chat other stream'],
    ['/v1/models/m:unknownMethod', 'chat other stream'],
    ['/v1beta/models', 'gemini other stream'],
    ['/v1beta/files', 'gemini other stream'],
    ['/v1beta/models/m:constructor', 'gemini other stream'],
    ['/', undefined],
    ['/v1', undefined],
    ['/v2/chat', undefined],
    ['/v1x/', undefined],
    ['/constructor', undefined],
    ['__proto__', undefined],
    ['*', undefined],
  ]
  for (const [path, expected] of cases) assert.equal(brief(path), expected, path)
})

test('the model of a Gemini path is decoded, whatever it holds', () => {
  const cases: [string, string][] = [
    ['/v1beta/models/gemini-3-pro:generateContent', 'gemini-3-pro'],
    ['/v1beta/models/p%2Fm:generateContent', 'p/m'],
    ['/v1beta/models/p/m:generateContent', 'p/m'],
    ['/v1beta/tunedModels/t:generateContent', 't'],
    ['/v1beta/models/a:b:generateContent', 'a:b'],
    ['/v1beta/models/%zz:generateContent', '%zz'],
  ]
  for (const [path, model] of cases) assert.equal(endpointOf(path)?.model, model, path)
  assert.equal(endpointOf('/v1beta/models/m:streamGenerateContent')?.stream, true)
  assert.equal(endpointOf('/v1beta/models/m:generateContent')?.stream, false)
})

test('refusals of paths that are none have the dialect of their beginning', () => {
  assert.equal(dialectOf('/v1beta'), 'gemini')
  assert.equal(dialectOf('/v1alphabet'), 'gemini')
  assert.equal(dialectOf('/v1/messages/x'), 'messages')
  assert.equal(dialectOf('/nowhere'), 'chat')
})

test('a request line may hold the whole address', () => {
  const cases: [string, string, string][] = [
    ['/v1/models?a=b?c', '/v1/models', '/v1/models?a=b?c'],
    ['http://h:1/v1/x?y', '/v1/x', '/v1/x?y'],
    ['HTTPS://h', '/', '/'],
    ['http://h?x=1', '', '?x=1'],
    ['*', '*', '*'],
    ['', '/', '/'],
    ['//h/v1/models', '//h/v1/models', '//h/v1/models'],
  ]
  for (const [url, pathname, path] of cases) assert.deepEqual(targetOf(url), { pathname, path }, url)
})

test('dot segments are found in every spelling, and dots in names are none', () => {
  for (const path of [
    '/v1/..',
    '/../x',
    '/v1/./x',
    '/v1/%2e%2E/x',
    '/v1/.%2e',
    '/a\\..\\b',
    '/a%2f..%2fb',
    '..',
  ])
    assert.equal(hasDotSegments(path), true, path)
  for (const path of ['/v1/a..b', '/v1/...', '/v1/.hidden', '/v1/gpt-4.1', '/v1/a./b', '', '/'])
    assert.equal(hasDotSegments(path), false, path)
})
