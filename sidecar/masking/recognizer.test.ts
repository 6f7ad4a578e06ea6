import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createRecognizer } from './recognizer.ts'

/** A service that answers what it is told to, and keeps what it was asked. */
async function service(answer: string, status = 200, isSilent = false) {
  const asked: unknown[] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    asked.push({ path: request.url, ...JSON.parse(Buffer.concat(parts).toString()) })
    if (!isSilent) response.writeHead(status, { 'content-type': 'application/json' }).end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('spans come back in our offsets and names', async () => {
  const answer = [{ entity_type: 'EMAIL_ADDRESS', start: 2, end: 5, score: 0.8 }]
  await using analyzer = await service(JSON.stringify(answer))
  const recognizer = createRecognizer({ url: analyzer.url, language: 'de' })
  // The smiley is one code point and two units.
  const spans = await recognizer.recognize(['😀 a@b', ' '])
  assert.deepEqual(spans, [[{ start: 3, end: 6, type: 'EMAIL', score: 0.8 }], []])
  assert.deepEqual(analyzer.asked, [
    { path: '/analyze', text: '😀 a@b', language: 'de', score_threshold: 0.5 },
  ])
})

test('a service that fails, is late or talks nonsense is an error', async () => {
  await using broken = await service('[]', 500)
  await using nonsense = await service('{}')
  await using silent = await service('', 200, true)
  for (const { url } of [broken, nonsense, silent])
    await assert.rejects(createRecognizer({ url, deadlineMs: 100 }).recognize(['x']))
})
