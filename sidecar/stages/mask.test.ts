import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestSidecar } from '../../testing/sidecar.ts'

test('a route with `mask` is refused by name, and so is what chooses among its candidates', async () => {
  await using sidelight = await startTestSidecar(`
providers:
  p: { kind: openai, baseUrl: 'http://127.0.0.1:9/v1' }
routes:
  private: { candidates: [{ provider: p, model: a }], mask: { EMAIL: mask } }
  secret: { candidates: [{ provider: p, model: b }], mask: { default: block } }
  open: { candidates: [{ provider: p, model: c }], mask: { default: allow } }
`)
  const ask = async (model: string) => {
    const response = await fetch(`${sidelight.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }] }),
    })
    const body = (await response.json()) as { error: { message: string } }
    return `${response.status} ${body.error.message}`
  }
  assert.match(await ask('private'), /^501 route private asks for masking/)
  assert.match(await ask('auto-cheapest'), /^501 auto-cheapest has the .* of these private, secret ask for/)
  assert.match(await ask('open'), /^502 provider p could not be reached$/)
})
