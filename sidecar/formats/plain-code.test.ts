import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../contract/json.ts'
import { formats } from './registry.ts'

const words = 'Mr Smith of 12 Main Street may not ask this'

/** The places where each format looks for a code, all of them with a sentence in it. */
const bodies: Readonly<Record<string, { body: Json; headers?: Record<string, string> }>> = {
  chat: { body: { error: { code: words, type: words, message: words } } },
  responses: { body: { error: { code: words, type: words, message: words } } },
  messages: {
    body: { type: 'error', error: { type: words, details: { error_code: words }, message: words } },
  },
  gemini: {
    body: {
      error: {
        code: 400,
        status: words,
        message: words,
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: words }],
      },
    },
  },
  converse: { body: { message: words, __type: words }, headers: { 'x-amzn-errortype': words } },
  cohere: { body: { message: words } },
}

for (const [name, { body, headers = {} }] of Object.entries(bodies)) {
  test(`${name}: a sentence in the place of a code does not become one`, () => {
    const fault = formats[name as keyof typeof formats].readFault(400, headers, body)
    assert.equal(fault.code, 'http_400')
    assert.equal(fault.message, words)
  })
}
