import { arrayAt, isObject, type Json } from '../../contract/json.ts'
import type { Usage } from '../../contract/usage.ts'
import type { AnswerEvent } from '../conversation/answer.ts'
import type { AnswerSummary, Format, HostQuirks } from '../formats/format.ts'
import { createEventStreamFramer } from '../streaming/event-stream.ts'
import type { Frame, Framer } from '../streaming/frame.ts'
import { createJsonArrayFramer } from '../streaming/json-array.ts'
import { createSseFramer } from '../streaming/sse.ts'
import type { Lane } from './lane.ts'

/** Both ends speak the same format: bytes go through, and are only looked at. */
export function passLane(from: {
  format: Format
  quirks: HostQuirks
  body: readonly Buffer[] | undefined
  /** Sidelight asked for a usage chunk that the caller did not ask for. */
  addedUsage: boolean
  jsonArray: boolean
  impliedUsage: Usage | undefined
  /** Endpoints besides generation have their own place for usage. */
  summarize?: (answer: Json) => AnswerSummary
  streamOf: (answer: Json) => string | undefined
}): Lane {
  const { format, quirks } = from
  return {
    format: format.name,
    translates: false,
    body: from.body,
    dropped: [],
    impliedUsage: from.impliedUsage,
    framer: () => framerFor(format, from.jsonArray),
    streamReader: () => format.streamReader(quirks),
    translator: () => undefined,
    hides: from.addedUsage ? isUsageOnly : () => false,
    summarize: from.summarize ?? ((answer) => format.summarize(answer, quirks)),
    faultIn: (answer) => format.faultIn(answer),
    readFault: (status, headers, body) => format.readFault(status, headers, body),
    translateAnswer: () => undefined,
    streamOf: from.streamOf,
  }
}

/** A chunk without choices; others may state usage beside something the caller must see. */
function isUsageOnly(frame: Frame, events: readonly AnswerEvent[]): boolean {
  if (events.length === 0 || events.some((event) => event.type !== 'usage')) return false
  const chunk: unknown = JSON.parse(frame.data)
  return isObject(chunk) && arrayAt(chunk, 'choices').length === 0
}

export function framerFor(format: Format, jsonArray: boolean): Framer {
  if (jsonArray) return createJsonArrayFramer()
  return format.framing === 'sse' ? createSseFramer() : createEventStreamFramer()
}
