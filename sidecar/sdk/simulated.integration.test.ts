import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSimulatedServer } from '../../sidecar/providers/simulated/server.ts'
import { aiClient } from '../../testing/sdk/ai.ts'
import { messagesClient } from '../../testing/sdk/anthropic.ts'
import { type Client, type ClientAddress, personSchema } from '../../testing/sdk/client.ts'
import { geminiClient } from '../../testing/sdk/genai.ts'
import { chatClient } from '../../testing/sdk/openai-chat.ts'
import { responsesClient } from '../../testing/sdk/openai-responses.ts'
import { startTestSidecar } from '../../testing/sidecar.ts'

const clients: readonly ((at: ClientAddress) => Client)[] = [
  (at) => chatClient(at, { collects: true }),
  responsesClient,
  messagesClient,
  geminiClient,
  (at) => aiClient(at, 'openai chat'),
  (at) => aiClient(at, 'openai responses'),
  (at) => aiClient(at, 'anthropic'),
]

/** The simulated provider behind every kind, as an application meets it on a fresh machine. */
const yaml = (origin: string) => `
providers:
  sim: { kind: simulated, baseUrl: ${origin} }
  openai: { kind: openai, baseUrl: ${origin}/v1 }
  anthropic: { kind: anthropic, baseUrl: ${origin} }
  gemini: { kind: gemini, baseUrl: ${origin} }
`

test('every official SDK works with the simulated provider, as itself and as the others', async (t) => {
  await using simulated = await startSimulatedServer()
  await using sidecar = await startTestSidecar(yaml(simulated.origin))
  for (const create of clients) {
    const client = create({ origin: sidecar.origin })
    for (const provider of ['sim', 'openai', 'anthropic', 'gemini']) {
      await t.test(`${client.name} and ${provider}`, () => conversation(client, provider))
    }
  }
  assert.ok(sidecar.records.every(({ request }) => request.status === 'ok'))
  assert.ok(sidecar.records.every(({ request }) => request.usage_source === 'provider'))
})

async function conversation(client: Client, provider: string): Promise<void> {
  const model = `${provider}/sim-fast`
  const plain = await client.ask({ model, streamed: false, system: 'Be brief.' })
  const streamed = await client.ask({ model, streamed: true, system: 'Be brief.' })
  assert.notEqual(plain.seen.text, '')
  assert.equal(plain.seen.text, streamed.seen.text)
  assert.equal(plain.seen.finish, 'stop')
  // The second finds its prompt in the cache; together it is the same.
  assert.deepEqual(
    [plain.seen.usage.input, plain.seen.usage.output],
    [streamed.seen.usage.input, streamed.seen.usage.output],
  )
  const short = await client.ask({ model, streamed: true, maxTokens: 16 })
  assert.equal(short.seen.finish, 'length')
  const person = await client.ask({ model, streamed: false, schema: personSchema })
  assert.deepEqual(Object.keys(JSON.parse(person.seen.text) as object).sort(), ['age', 'name'])
  await toolLoop(client, `${model};calls=2`)
}

async function toolLoop(client: Client, model: string): Promise<void> {
  for (const streamed of [false, true]) {
    const first = await client.ask({ model, streamed, withTools: true })
    assert.deepEqual([first.seen.finish, first.seen.calls.length], ['tool_calls', 2])
    const second = await first.reply(['sunny', 'noon'])
    assert.equal(second.seen.finish, 'stop')
    assert.notEqual(second.seen.text, '')
  }
}
