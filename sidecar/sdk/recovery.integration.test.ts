import assert from 'node:assert/strict'
import { test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { cutAfter, goingOn, pieces } from '../../testing/continuing.ts'
import { type Stage, startStage } from '../../testing/resilience.ts'
import { openaiClient } from '../../testing/sdk/openai-chat.ts'
import { tireless } from '../../testing/tireless.ts'
import { chatWire, geminiWire, messagesWire, responsesWire, type Wire } from '../../testing/wires.ts'

const answer = 'The cat \ud83d\ude3a sat on the mat, and was fat. The dog did not, and was not.'

/** What an application gets that asks through the official SDK of its vendor. */
const sdks: readonly { wire: Wire; ask(origin: string): Promise<{ text: string; finish: unknown }> }[] = [
  {
    wire: chatWire,
    async ask(origin) {
      const stream = openaiClient({ origin }).chat.completions.stream({
        model: 'r',
        messages: [{ role: 'user', content: 'Hi' }],
      })
      const { choices } = await stream.finalChatCompletion()
      return { text: choices[0]?.message.content ?? '', finish: choices[0]?.finish_reason }
    },
  },
  {
    wire: responsesWire,
    async ask(origin) {
      const stream = await openaiClient({ origin }).responses.create({
        model: 'r',
        input: 'Hi',
        stream: true,
      })
      let text = ''
      let finish: unknown
      for await (const event of stream) {
        if (event.type === 'response.output_text.delta') text += event.delta
        if (event.type === 'response.completed') finish = event.response.status
      }
      return { text, finish }
    },
  },
  {
    wire: messagesWire,
    async ask(origin) {
      const client = new Anthropic({ baseURL: origin, apiKey: 'caller-key', maxRetries: 0 })
      const asked = { model: 'r', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' } as const] }
      const message = await client.messages.stream(asked).finalMessage()
      const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
      return { text, finish: message.stop_reason }
    },
  },
  {
    wire: geminiWire,
    async ask(origin) {
      const client = new GoogleGenAI({ apiKey: 'caller-key', httpOptions: { baseUrl: origin } })
      let text = ''
      let finish: unknown
      for await (const chunk of await client.models.generateContentStream({ model: 'r', contents: 'Hi' })) {
        text += chunk.text ?? ''
        finish = chunk.candidates?.[0]?.finishReason ?? finish
      }
      return { text, finish }
    },
  },
]

/** Speaks chat to callers of all dialects. */
const hosted: Wire = { ...chatWire, kind: 'openai-compatible, host: deepseek', model: 'deepseek-chat' }

const finishes: Readonly<Record<string, string>> = {
  chat: 'stop',
  responses: 'completed',
  messages: 'end_turn',
  gemini: 'STOP',
}

for (const { wire, ask } of sdks) {
  test(`${wire.dialect}: the official SDK takes a stitched stream for the one answer it is`, async () => {
    for (const next of [wire, hosted, messagesWire, geminiWire]) {
      await using stage: Stage = await startStage({ caller: wire, providers: [wire, next], health: tireless })
      stage.b.answer(goingOn(next, answer, 9))
      for (const cut of [4, 9]) {
        stage.a.answer(cutAfter(wire.events(pieces(answer)), cut, [{ reset: true }]))
        const seen = await ask(stage.sidecar.origin)
        assert.deepEqual(seen, { text: answer, finish: finishes[wire.dialect] }, next.dialect)
      }
      assert.equal(stage.b.requests.length, 2)
    }
  })

  test(`${wire.dialect}: the official SDK takes a stream that nobody goes on with for an error`, async () => {
    await using stage = await startStage({ caller: wire, providers: [wire], health: tireless })
    stage.a.answer(cutAfter(wire.events(pieces(answer)), 9, [{ reset: true }]))
    const seen = await ask(stage.sidecar.origin).catch(() => 'error')
    // The Responses SDK gives the failed event to whoever reads it, and no end.
    if (seen !== 'error') assert.equal((seen as { finish: unknown }).finish, undefined)
  })
}
