import type { AnswerEvent } from '../sidecar/conversation/answer.ts'
import type { Conversation } from '../sidecar/conversation/request.ts'
import type { AnswerFrame, DialectName } from '../sidecar/dialects/dialect.ts'
import { dialects } from '../sidecar/dialects/registry.ts'
import { type FakeUpstream, fakeUpstream, httpJson, httpStream, type Step } from './fake-upstream.ts'
import type { RawRequest } from './raw-http.ts'

export interface EchoOptions {
  /** Characters of one delta. */
  readonly piece?: number
  /** What it says, given what it was told last. */
  readonly says?: (told: string) => string
}

/**
 * A provider of every format that repeats what it was told, so that what goes up comes back: as text, and where it
 * was given tools as the arguments of a call, once as they are and once more as JSON in a string.
 */
export function echoUpstream(options: EchoOptions = {}): Promise<FakeUpstream> {
  return fakeUpstream((request) => {
    try {
      return echo(request, options)
    } catch (error) {
      return httpJson({ error: { message: String(error) } }, { status: 400 })
    }
  })
}

function echo(request: RawRequest, options: EchoOptions): Step[] {
  if (!request.bodyText.startsWith('{')) return httpJson({ text: 'heard' })
  const { dialect, streamed } = dialectOf(request)
  // What was said before it remembers, and repeats nothing of it.
  const { previous_response_id: _previous, ...body } = JSON.parse(request.bodyText)
  const conversation = dialects[dialect].readRequest(body, { model: 'm', stream: streamed })
  const told = lastText(conversation)
  const events = answerTo((options.says ?? ((text) => text))(told), conversation, options.piece ?? 3)
  const frame: AnswerFrame = {
    requestId: '0190a0b0-0000-7000-8000-000000000000',
    model: 'm',
    createdAtMs: 1_700_000_000_000,
    wantsStreamUsage: true,
    request: conversation,
    body,
    estimatedInputTokens: 1,
  }
  const { writeAnswer, streamWriter } = dialects[dialect]
  if (!streamed) return httpJson(writeAnswer(events, frame))
  const writer = streamWriter(frame)
  const frames = events.map((event) => (event.type === 'end' ? '' : writer.write(event)))
  return httpStream([...frames, writer.end()].filter((text) => text !== ''))
}

function dialectOf({ path, bodyText }: RawRequest): { dialect: DialectName; streamed: boolean } {
  if (path.includes(':streamGenerateContent')) return { dialect: 'gemini', streamed: true }
  if (path.includes(':generateContent')) return { dialect: 'gemini', streamed: false }
  const streamed = JSON.parse(bodyText).stream === true
  if (path.endsWith('/messages')) return { dialect: 'messages', streamed }
  return { dialect: path.endsWith('/responses') ? 'responses' : 'chat', streamed }
}

function lastText({ turns }: Conversation): string {
  const turn = turns.findLast(({ role }) => role === 'user')
  const part = turn?.parts.findLast(({ type }) => type === 'text')
  return part?.type === 'text' ? part.text : ''
}

/** What is said in pieces is all of it, however it is cut. */
function pieces(text: string, length: number): string[] {
  const all: string[] = []
  for (let at = 0; at < text.length; at += length) all.push(text.slice(at, at + length))
  return all
}

function answerTo(text: string, { tools }: Conversation, piece: number): AnswerEvent[] {
  const events: AnswerEvent[] = [{ type: 'start', id: 'resp_1', model: 'm' }]
  for (const part of pieces(text, piece)) events.push({ type: 'text', choice: 0, text: part })
  const [tool] = tools ?? []
  if (tool !== undefined) {
    const json = JSON.stringify({ to: text, inner: JSON.stringify({ to: text }) })
    events.push({ type: 'tool_call', choice: 0, call: 0, id: 'call_1', name: tool.name })
    for (const part of pieces(json, piece))
      events.push({ type: 'tool_arguments', choice: 0, call: 0, json: part })
  }
  const reason = tool === undefined ? 'stop' : 'tool_calls'
  events.push({ type: 'finish', choice: 0, reason, raw: reason })
  events.push({ type: 'usage', usage: { classes: { input: 1, output: 1 } } }, { type: 'end' })
  return events
}
