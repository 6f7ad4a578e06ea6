import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../contract/json.ts'
import { type Usage, usageOf } from '../contract/usage.ts'
import type { AnswerEvent } from '../sidecar/conversation/answer.ts'
import { chatDialect } from '../sidecar/dialects/chat/dialect.ts'
import type { AnswerFrame } from '../sidecar/dialects/dialect.ts'
import { chatFormat } from '../sidecar/formats/chat/format.ts'
import { defaultQuirks } from '../sidecar/providers/openai-compatible/hosts.ts'
import type { Frame } from '../sidecar/streaming/frame.ts'
import { type Random, seededRandom } from './random.ts'

/** What a caller has in the end, in the order of kinds a whole chat answer has. */
interface Accumulated {
  text: string
  refusal: string
  thinking: string
  proofs: Json[]
  images: string[]
  sound: string
  calls: { id: string; name: string; json: string; signature: string | undefined }[]
  finish: string | undefined
  raw: string | undefined
}

function accumulate(events: readonly AnswerEvent[]) {
  const choices = new Map<number, Accumulated>()
  let usage: Usage | undefined
  let hasEnd = false
  for (const event of events) {
    if (event.type === 'usage') usage = event.usage
    if (event.type === 'end') hasEnd = true
    if (!('choice' in event)) continue
    const at = choices.get(event.choice) ?? blank()
    choices.set(event.choice, at)
    add(at, event)
  }
  return { choices: Object.fromEntries([...choices].sort(([a], [b]) => a - b)), usage, hasEnd }
}

function blank(): Accumulated {
  return {
    text: '',
    refusal: '',
    thinking: '',
    proofs: [],
    images: [],
    sound: '',
    calls: [],
    finish: undefined,
    raw: undefined,
  }
}

function add(at: Accumulated, event: Extract<AnswerEvent, { choice: number }>): void {
  switch (event.type) {
    case 'text':
      at.text += event.text
      break
    case 'refusal':
      at.refusal += event.text
      break
    case 'thinking':
      at.thinking += event.text
      break
    case 'thinking_proof': {
      const { type: _type, choice: _choice, ...proof } = event
      at.proofs.push(proof as JsonObject)
      break
    }
    case 'media':
      if (event.mediaType.startsWith('audio/')) at.sound += Buffer.from(event.data, 'base64').toString('hex')
      else at.images.push(`${event.mediaType},${event.data}`)
      break
    case 'tool_call':
      at.calls[event.call] = { id: event.id, name: event.name, json: '', signature: event.signature }
      break
    case 'tool_arguments':
      at.calls[event.call]!.json += event.json
      break
    case 'finish':
      at.finish = event.reason
      at.raw = event.raw
      break
  }
}

function randomText(random: Random): string {
  return random
    .pick(['a', ' word', '\n\n', 'data: x', '„ß🙂"\\', '\u2028', 'tool', '[DONE]'])
    .repeat(1 + random.int(2))
}

function randomAnswer(random: Random): AnswerEvent[] {
  const events: AnswerEvent[] = [
    { type: 'start', id: `id-${random.int(1e6)}`, model: 'm', createdAt: 1_700_000_000 },
  ]
  const choices = random.chance(0.2) ? 2 : 1
  for (let choice = 0; choice < choices; choice++) events.push(...randomChoice(random, choice))
  if (random.chance(0.9)) events.push({ type: 'usage', usage: randomUsage(random) })
  events.push({ type: 'end' })
  return events
}

function randomChoice(random: Random, choice: number): AnswerEvent[] {
  const events: AnswerEvent[] = []
  let calls = 0
  for (let left = random.int(6); left > 0; left--) {
    const kind = random.int(6)
    if (kind < 2)
      for (let n = 1 + random.int(3); n > 0; n--)
        events.push({ type: 'text', choice, text: randomText(random) })
    else if (kind === 2) events.push(...randomThinking(random, choice))
    else if (kind === 3) events.push(...randomCall(random, choice, calls++))
    else if (kind === 4) events.push({ type: 'refusal', choice, text: randomText(random) })
    else events.push(randomMedia(random, choice))
  }
  const reason = calls > 0 ? 'tool_calls' : random.pick(['stop', 'length', 'content_filter'] as const)
  events.push({ type: 'finish', choice, reason, raw: reason })
  return events
}

function randomThinking(random: Random, choice: number): AnswerEvent[] {
  const issuer = random.pick(['anthropic', 'openai', 'google'] as const)
  if (random.chance(0.2)) return [{ type: 'thinking_proof', choice, redacted: `r${random.int(99)}`, issuer }]
  const events: AnswerEvent[] = []
  for (let n = 1 + random.int(3); n > 0; n--)
    events.push({ type: 'thinking', choice, text: randomText(random) })
  if (random.chance(0.6))
    events.push({ type: 'thinking_proof', choice, signature: `s${random.int(99)}`, issuer, id: 'rs_1' })
  return events
}

function randomCall(random: Random, choice: number, call: number): AnswerEvent[] {
  const signed = random.chance(0.3) ? ({ signature: 'g', issuer: 'google' } as const) : {}
  const events: AnswerEvent[] = [
    {
      type: 'tool_call',
      choice,
      call,
      id: `call_${choice}_${call}`,
      name: random.pick(['find', 'read']),
      ...signed,
    },
  ]
  const json = random.chance(0.3) ? '{}' : JSON.stringify({ text: randomText(random) })
  for (const piece of random.split(Buffer.from(json, 'latin1'), 4))
    events.push({ type: 'tool_arguments', choice, call, json: piece.toString('latin1') })
  return events
}

function randomMedia(random: Random, choice: number): AnswerEvent {
  const data = random.bytes(1 + random.int(5)).toString('base64')
  return { type: 'media', choice, mediaType: random.pick(['image/png', 'audio/*']), data }
}

function randomUsage(random: Random): Usage {
  const output = random.int(500)
  const reasoning = random.int(output + 1)
  return usageOf(
    {
      input: random.int(1000),
      cache_read: random.int(100),
      cache_write: random.int(3),
      input_audio: random.int(3),
      output,
      output_audio: random.int(3),
    },
    { ...(reasoning > 0 ? { reasoning } : {}), ...(random.chance(0.5) ? { serviceTier: 'flex' } : {}) },
  )
}

function frameFor(wantsStreamUsage: boolean): AnswerFrame {
  const request = {
    model: 'm',
    stream: true,
    wantsStreamUsage,
    system: [],
    turns: [],
    tools: [],
    sampling: {},
    dropped: [],
  }
  return {
    requestId: 'r',
    model: 'm',
    createdAtMs: 1_700_000_000_000,
    wantsStreamUsage,
    request,
    body: {},
    estimatedInputTokens: 1,
  }
}

export function framesOf(text: string): Frame[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => ({
      event: '',
      data: block.slice('data: '.length),
      raw: Buffer.from(`${block}\n\n`),
      hasData: true,
    }))
}

function streamed(events: readonly AnswerEvent[]): AnswerEvent[] {
  const writer = chatDialect.streamWriter(frameFor(true))
  const text = events.map((event) => writer.write(event)).join('') + writer.end()
  const reader = chatFormat.streamReader(defaultQuirks)
  return framesOf(text).flatMap((frame) => [...reader.onFrame(frame)])
}

test('any answer is the same to the caller, streamed or whole', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const events = randomAnswer(seededRandom(seed))
    const whole = chatFormat.readAnswer(chatDialect.writeAnswer(events, frameFor(false)), defaultQuirks)
    const said = accumulate(events)
    assert.deepEqual(accumulate(whole), said, `whole, seed ${seed}`)
    assert.deepEqual(accumulate(streamed(events)), said, `streamed, seed ${seed}`)
  }
})

test('a stream cut anywhere never says that it is complete', () => {
  const events = randomAnswer(seededRandom(7))
  const writer = chatDialect.streamWriter(frameFor(true))
  const frames = framesOf(events.map((event) => writer.write(event)).join('') + writer.end())
  for (let length = 0; length < frames.length; length++) {
    const reader = chatFormat.streamReader(defaultQuirks)
    const seen = frames.slice(0, length).flatMap((frame) => [...reader.onFrame(frame)])
    assert.ok(!seen.some((event) => event.type === 'end'))
  }
})
