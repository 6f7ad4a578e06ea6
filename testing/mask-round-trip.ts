import assert from 'node:assert/strict'
import type { AnswerEvent } from '../sidecar/conversation/answer.ts'
import type { Conversation } from '../sidecar/conversation/request.ts'
import type { DialectName } from '../sidecar/dialects/dialect.ts'
import { jsonArrayWriter } from '../sidecar/dialects/gemini/stream.ts'
import { dialects } from '../sidecar/dialects/registry.ts'
import { type MaskPolicy, maskPolicy } from '../sidecar/masking/policy.ts'
import { RequestMasker } from '../sidecar/masking/request-masker.ts'
import { MaskSession } from '../sidecar/masking/session.ts'
import type { Span } from '../sidecar/masking/span.ts'
import { requestShapes } from '../sidecar/masking/walk/requests.ts'
import type { Random } from './random.ts'

/** Words that the scanner below knows, some the beginning of others, some with all that needs an escape. */
const values: readonly (readonly [string, string])[] = [
  ['EMAIL', 'jo@example.org'],
  ['EMAIL', 'jo@example.org.uk'],
  ['PHONE', '+1 202 555 0143'],
  ['PERSON', 'Zoë "Z" O\\Neil'],
  ['PERSON', 'line\nbreak\ttab'],
  ['ABA_ROUTING_NUMBER', '1234-5678-9'],
  ['SECRET', 'sk-1234567890'],
  ['ORDER_NO', '[ORD-1]'],
  ['EMOJI', '👩‍👩‍👧'],
]

const noise = [
  '[EMAIL_1]',
  '[email 2]',
  '\\[EMAIL\\_1\\]',
  '\\\\[EMAIL_1\\]',
  '[EMAIL]',
  '[LITERAL_1]',
  '[PERSON-3]',
  '[Phone_1',
  'EMAIL_1]',
  '[[EMAIL_2]]',
  '[ABA_ROUTING_NUMBER_1]',
  '[ABA ROUTING',
  '[SECRET_1]',
  'arr[0]',
  '[',
  ']',
  '\\',
  '\\\\',
  '"',
  '{"a": "b"}',
  '{"to": "',
  ' ',
  '\n',
  'é',
  '漢字',
  '🎉',
  '\u0000',
  'words and words',
]

function scan(text: string): Span[] {
  const spans: Span[] = []
  const known = values.toSorted(([, a], [, b]) => b.length - a.length)
  for (let at = 0; at < text.length; at += 1) {
    const found = known.find(([, value]) => text.startsWith(value, at))
    if (found === undefined) continue
    const [type, value] = found
    spans.push({ start: at, end: at + value.length, type, score: 1 })
    at += value.length - 1
  }
  return spans
}

const key = Buffer.alloc(32, 7)
const policyOf = (stable: 'off' | 'hmac') =>
  maskPolicy(
    { default: 'mask', reversible: ['SECRET'], stable, output: { default: 'allow', SECRET: 'allow' } },
    { scanner: { scan }, recognizers: [], version: 'v', key },
  )
const policies: readonly MaskPolicy[] = [policyOf('off'), policyOf('hmac')]

function textFrom(random: Random): string {
  let text = ''
  for (let left = random.int(12); left >= 0; left -= 1)
    text += random.chance(0.45) ? random.pick(values)[1] : random.pick(noise)
  return text
}

const requests: Readonly<Record<DialectName, (text: string) => object>> = {
  chat: (text) => ({ messages: [{ role: 'user', content: text }] }),
  responses: (text) => ({ input: [{ role: 'user', content: [{ type: 'input_text', text }] }] }),
  messages: (text) => ({ messages: [{ role: 'user', content: [{ type: 'text', text }] }] }),
  gemini: (text) => ({ contents: [{ role: 'user', parts: [{ text }] }] }),
}

const told: Readonly<Record<DialectName, (body: string) => string>> = {
  chat: (body) => JSON.parse(body).messages[0].content,
  responses: (body) => JSON.parse(body).input[0].content[0].text,
  messages: (body) => JSON.parse(body).messages[0].content[0].text,
  gemini: (body) => JSON.parse(body).contents[0].parts[0].text,
}

/** Masks one generated text in a request, has it repeated as an answer in random pieces, and restores that. */
export function assertRoundTrip(random: Random, name: string): void {
  const dialect = random.pick(['chat', 'responses', 'messages', 'gemini'] as const)
  const text = textFrom(random)
  const policy = random.pick(policies)
  const json = JSON.stringify(requests[dialect](text))
  const masker = new RequestMasker(json, requestShapes[dialect], { policy, scope: 's' })
  masker.scan(Number.POSITIVE_INFINITY)
  const { map, sent, json: written } = masker.finish()
  const masked = told[dialect](written ?? json)
  for (const [, value] of values) assert.ok(!masked.includes(value), `${name}: ${value} went up`)
  const session = new MaskSession({ policy, map, sent, isJsonText: false })
  const call = JSON.stringify({ to: masked, inner: JSON.stringify({ deep: [masked] }) })
  const events = eventsOf(random, masked, call)
  const isArray = dialect === 'gemini' && random.chance(0.5)
  const whole = session.whole(
    dialect,
    Buffer.from(JSON.stringify(dialects[dialect].writeAnswer(events, frame))),
  )
  assertSaid(readWhole[dialect](JSON.parse(whole.toString('utf8'))), text, `${name} ${dialect} whole`)
  const streamed = streamOf(session, { dialect, isArray, events, random })
  const said = readStream(dialect, streamed, isArray)
  // Whether a text that begins like JSON ends like it is not known while it comes.
  if (/^\s*[[{]/.test(masked)) assert.equal(said.text, text, name)
  else assertSaid(said, text, `${name} ${dialect} stream`)
}

interface Said {
  readonly text: string
  readonly call: string
  /** The same call once more, where the end of a stream repeats it. */
  readonly last?: string
}

function assertSaid(said: Said, text: string, name: string): void {
  assert.equal(said.text, text, name)
  for (const call of [said.call, said.last ?? said.call]) {
    const { to, inner } = JSON.parse(call)
    assert.equal(to, text, name)
    assert.equal(JSON.parse(inner).deep[0], text, name)
  }
}

const conversation = { system: [], turns: [], dropped: [], tools: [], wantsStreamUsage: true }
const frame = {
  requestId: '0190a0b0-0000-7000-8000-000000000000',
  model: 'm',
  createdAtMs: 0,
  wantsStreamUsage: true,
  request: conversation as unknown as Conversation,
  body: {},
  estimatedInputTokens: 1,
}

function eventsOf(random: Random, masked: string, call: string): AnswerEvent[] {
  const cut = (text: string) => random.split(Buffer.from(text, 'utf16le'), 6).map((piece) => piece)
  const texts = (text: string) => {
    const pieces: string[] = []
    let at = 0
    for (const piece of cut(text)) {
      const end = Math.min(text.length, at + piece.length)
      if (end > at) pieces.push(text.slice(at, end))
      at = end
    }
    return at < text.length ? [...pieces, text.slice(at)] : pieces
  }
  return [
    { type: 'start', id: 'x', model: 'm' },
    ...texts(masked).map((text): AnswerEvent => ({ type: 'text', choice: 0, text })),
    { type: 'tool_call', choice: 0, call: 0, id: 'c', name: 'send' },
    ...texts(call).map((json): AnswerEvent => ({ type: 'tool_arguments', choice: 0, call: 0, json })),
    { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'tool_calls' },
    { type: 'usage', usage: { classes: { input: 1, output: 1 } } },
    { type: 'end' },
  ]
}

function streamOf(
  session: MaskSession,
  from: { dialect: DialectName; isArray: boolean; events: readonly AnswerEvent[]; random: Random },
): string {
  const plain = dialects[from.dialect].streamWriter(frame)
  const writer = from.isArray ? jsonArrayWriter(plain) : plain
  const written = from.events.map((event) => (event.type === 'end' ? '' : writer.write(event))).join('')
  const bytes = Buffer.from(written + writer.end())
  const restored = session.stream(from.dialect, from.isArray)
  const pieces = from.random.split(bytes, from.random.chance(0.02) ? 1 : from.random.pick([40, 500, 5000]))
  const out = pieces.map((piece) => restored.push(piece))
  return Buffer.concat([...out, restored.end('')]).toString('utf8')
}

// biome-ignore lint/suspicious/noExplicitAny: answers of four dialects, read as their clients read them
type Wire = any

const readWhole: Readonly<Record<DialectName, (answer: Wire) => Said>> = {
  chat: ({ choices: [{ message }] }) => ({
    text: message.content ?? '',
    call: message.tool_calls[0].function.arguments,
  }),
  responses: ({ output }) => ({
    text: output.find(({ type }: Wire) => type === 'message')?.content[0].text ?? '',
    call: output.find(({ type }: Wire) => type === 'function_call').arguments,
  }),
  messages: ({ content }) => ({
    text: content.find(({ type }: Wire) => type === 'text')?.text ?? '',
    call: JSON.stringify(content.find(({ type }: Wire) => type === 'tool_use').input),
  }),
  gemini: ({ candidates: [{ content }] }) => saidInParts(content.parts),
}

function saidInParts(parts: Wire[]): Said {
  const call = parts.find(({ functionCall }) => functionCall !== undefined)
  return { text: parts.map(({ text }) => text ?? '').join(''), call: JSON.stringify(call?.functionCall.args) }
}

function readStream(dialect: DialectName, stream: string, isArray: boolean): Said {
  if (isArray)
    return saidInParts(JSON.parse(stream).flatMap(({ candidates: [{ content }] }: Wire) => content.parts))
  const events: Wire[] = stream
    .split('\n\n')
    .flatMap((each) => /^data: (\{.*)$/m.exec(each)?.[1] ?? [])
    .map((data) => JSON.parse(data))
  switch (dialect) {
    case 'chat': {
      const deltas = events.flatMap(({ choices }) => choices.map(({ delta }: Wire) => delta))
      return {
        text: deltas.map(({ content }) => content ?? '').join(''),
        call: deltas
          .flatMap(({ tool_calls = [] }) => tool_calls.map((c: Wire) => c.function.arguments ?? ''))
          .join(''),
      }
    }
    case 'responses': {
      const of = (kind: string) =>
        events.map(({ type, delta }) => (type === `response.${kind}.delta` ? delta : '')).join('')
      for (const [index, { sequence_number }] of events.entries()) assert.equal(sequence_number, index)
      const last = readWhole.responses(events.at(-1).response)
      assert.equal(of('output_text'), last.text)
      return { text: last.text, call: of('function_call_arguments'), last: last.call }
    }
    case 'messages':
      return {
        text: events.map(({ delta }) => delta?.text ?? '').join(''),
        call: events.map(({ delta }) => delta?.partial_json ?? '').join(''),
      }
    case 'gemini':
      return saidInParts(events.flatMap(({ candidates: [{ content }] }) => content.parts))
  }
}
