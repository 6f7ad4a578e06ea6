import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cachingStage } from '../../testing/cache/asking.ts'
import { messagesClient } from '../../testing/sdk/anthropic.ts'
import type { Client, ClientAddress } from '../../testing/sdk/client.ts'
import { geminiClient } from '../../testing/sdk/genai.ts'
import { chatClient } from '../../testing/sdk/openai-chat.ts'
import { responsesClient } from '../../testing/sdk/openai-responses.ts'
import { type RecordedCase, type Recording, recordedAnswer } from '../../testing/sdk/recorded.ts'
import { chatWire, geminiWire, messagesWire, responsesWire, type Wire } from '../../testing/wires.ts'

const clients: readonly (readonly [(at: ClientAddress) => Client, Wire, Recording])[] = [
  [(at) => chatClient(at, { collects: true }), chatWire, { folder: 'openai', wire: 'chat' }],
  [responsesClient, responsesWire, { folder: 'openai', wire: 'responses' }],
  [messagesClient, messagesWire, { folder: 'anthropic', wire: 'messages' }],
  [geminiClient, geminiWire, { folder: 'gemini', wire: 'generate' }],
]

for (const [clientOf, wire, recording] of clients) {
  for (const name of ['text', 'schema'] satisfies RecordedCase[]) {
    test(`${wire.dialect}: the official SDK reads a ${name} answer from the cache as it read the provider's`, async () => {
      await using stage = await cachingStage(wire, '{ exact: 1h, lexical: 1h }')
      stage.a.answer((request) => {
        const isStream =
          /"stream":true/.test(request.bodyText) || request.path.includes('streamGenerateContent')
        return recordedAnswer(recording, name, {
          streamed: isStream,
          wantsUsage: request.bodyText.includes('include_usage'),
        })
      })
      const client = clientOf({ origin: stage.sidecar.origin })
      const first = await client.ask({ model: 'r', streamed: true })
      for (const streamed of [false, true]) {
        const { seen } = await client.ask({ model: 'r', streamed })
        assert.equal(seen.text, first.seen.text)
        assert.equal(seen.thinking, first.seen.thinking)
        assert.equal(seen.finish, first.seen.finish)
        assert.ok(seen.text.length > 0)
        for (const [key, value] of Object.entries(seen.usage))
          assert.equal(value, first.seen.usage[key as keyof typeof seen.usage] ?? value, key)
      }
      assert.equal(stage.a.requests.length, 1)
    })
  }
}
