import { readFileSync } from 'node:fs'
import type { JsonObject } from '../../contract/json.ts'
import { encodeEventStreamEvent } from '../../sidecar/streaming/event-stream.ts'
import { httpAnswer, httpStream, type Step } from '../fake-upstream.ts'
import { seededRandom } from '../random.ts'

/** What a provider answers with, in the shape its real endpoint has. */
export const recordedCases = ['text', 'tool', 'parallel', 'schema', 'length'] as const
export type RecordedCase = (typeof recordedCases)[number]

/** Folder of the fixtures and the first part of their names. */
export interface Recording {
  readonly folder: string
  readonly wire: 'chat' | 'responses' | 'messages' | 'generate' | 'converse'
}

/** What a recorded answer says, whoever reads it. */
export interface Expected {
  readonly text: string
  readonly thinking: string
  readonly calls: readonly { readonly name: string; readonly args: JsonObject }[]
  readonly finish: 'stop' | 'length' | 'tool_calls'
  readonly usage: ExpectedUsage
}

export interface ExpectedUsage {
  /** Cached and written tokens included. */
  readonly input: number
  readonly cached: number
  readonly written: number
  readonly output: number
  readonly reasoning: number
}

const fixtures = new URL('../fixtures/', import.meta.url)

export function fixture(path: string): Buffer {
  return readFileSync(new URL(path, fixtures))
}

export function expectedOf(from: Recording, name: RecordedCase): Expected {
  const file = from.wire === 'responses' ? 'expected-responses.json' : 'expected.json'
  const table = JSON.parse(fixture(`${from.folder}/${file}`).toString()) as Record<RecordedCase, Expected>
  return table[name]
}

/** Pieces as a network makes them: events cut anywhere, letters and checksums too. */
const pieceBytesMax = 400

export interface AnswerShape {
  readonly streamed: boolean
  /** Chat streams state usage in a chunk of its own, for those who asked. */
  readonly wantsUsage: boolean
}

export function recordedAnswer(from: Recording, name: RecordedCase, shape: AnswerShape): Step[] {
  const stem = `${from.folder}/${from.wire}-${name}`
  if (!shape.streamed)
    return httpAnswer(fixture(`${stem}.json`), { headers: { 'content-type': 'application/json' } })
  const body = from.wire === 'converse' ? eventStream(`${stem}.jsonl`) : eventsOf(`${stem}.sse`, shape)
  const contentType =
    from.wire === 'converse' ? 'application/vnd.amazon.eventstream' : 'text/event-stream; charset=utf-8'
  const pieces = seededRandom(body.length).split(body, pieceBytesMax)
  return httpStream(pieces, { headers: { 'content-type': contentType } })
}

function eventsOf(path: string, shape: AnswerShape): Buffer {
  const bytes = fixture(path)
  if (shape.wantsUsage) return bytes
  const events = bytes.toString().split(/(?<=\n\n)/)
  const isUsageChunk = (event: string) => event.includes('"choices":[]') && event.includes('"usage":{')
  return Buffer.from(events.filter((event) => !isUsageChunk(event)).join(''))
}

function eventStream(path: string): Buffer {
  const lines = fixture(path).toString().trim().split('\n')
  return Buffer.concat(
    lines.map((line) => {
      const { event, payload } = JSON.parse(line) as { event: string; payload: unknown }
      return encodeEventStreamEvent(event, payload)
    }),
  )
}
