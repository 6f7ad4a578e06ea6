import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { httpStream } from '../../../testing/fake-upstream.ts'
import { type Stage, startStage } from '../../../testing/resilience.ts'
import { fixture } from '../../../testing/sdk/recorded.ts'
import { chatWire, geminiWire, messagesWire, responsesWire, type Wire } from '../../../testing/wires.ts'

const tokensOf = (text: string) => countTokens(text, { disallowedSpecial: new Set() })

/** Events of a stream, each with its separator. */
function eventsOf(stream: string): string[] {
  return stream
    .split(/(?<=\n\n)/)
    .filter((event) => event.trim() !== '')
    .map((event) => (event.endsWith('\n\n') ? event : `${event}\n\n`))
}

const recorded: readonly [Wire, string][] = [
  [chatWire, 'openai/chat-text.sse'],
  [responsesWire, 'openai/responses-text.sse'],
  [messagesWire, 'anthropic/messages-text.sse'],
  [geminiWire, 'gemini/generate-text.sse'],
]

/** Leaves when the given events have come; those that are held back until content comes are waited for no more. */
async function leaveAfter(stage: Stage, events: readonly string[]): Promise<string> {
  const controller = new AbortController()
  stage.a.answer([...httpStream(events, { unfinished: true }), { stall: true }])
  const answer = await stage.ask({ stream: true, signal: controller.signal })
  const reader = answer.body?.getReader()
  const whole = events.join('')
  let text = ''
  while (text.length < whole.length) {
    const next = await reader?.read()
    if (next === undefined || next.done) break
    text += Buffer.from(next.value).toString()
  }
  controller.abort()
  return text
}

async function assertCounted(stage: Stage, wire: Wire, events: readonly string[]): Promise<void> {
  const count = stage.sidecar.records.length + 1
  const got = await leaveAfter(stage, events)
  const { request } = (await stage.sidecar.recorded(count))[count - 1]!
  const expected = tokensOf(wire.text(got))
  const difference = Math.abs(request.output_tokens - expected)
  assert.ok(difference <= expected * 0.02, `${request.output_tokens} tokens, not ${expected}`)
  assert.equal(request.usage_source, 'counted')
  assert.ok(request.input_tokens > 0)
  assert.ok(Number(request.cost_usd) > 0)
}

for (const [wire, file] of recorded) {
  test(`${file}: whenever a caller leaves, what was said is counted within 2 %`, async () => {
    await using stage = await startStage({ caller: wire, providers: [wire] })
    const events = eventsOf(fixture(file).toString())
    let said = ''
    for (let cut = 1; cut < events.length; cut += 1) {
      const before = said
      said = wire.text(events.slice(0, cut).join(''))
      // Where nothing was said there is nothing to count, and after the end the provider states it.
      if (said === '' || (said === before && cut > 4)) continue
      await assertCounted(stage, wire, events.slice(0, cut))
    }
  })
}

test('a long answer in small pieces is counted as the whole it is', async () => {
  await using stage = await startStage({ caller: chatWire, providers: [chatWire] })
  const prose = fixture('../../docs/guide/streaming-and-errors.md').toString()
  const pieces = prose.match(/[\s\S]{1,5}/gu) ?? []
  for (const share of [0.1, 0.5, 0.99]) {
    const events = chatWire.events(pieces).slice(0, Math.floor(pieces.length * share))
    await assertCounted(stage, chatWire, events)
  }
})
