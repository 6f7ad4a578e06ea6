import type { Json } from '../../contract/json.ts'
import { type AnswerEvent, contentText } from '../conversation/answer.ts'
import type { AnswerFrame, AnswerStreamWriter } from '../dialects/dialect.ts'
import { jsonArrayWriter } from '../dialects/gemini/stream.ts'
import type { Format, Target } from '../formats/format.ts'
import type { Lane, StreamTranslator } from './lane.ts'
import { framerFor } from './pass.ts'
import type { Translation } from './translation.ts'

/** How answers are written for the caller: a dialect, or a smaller shape such as legacy completions. */
export interface AnswerWriter {
  writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): Json
  streamWriter(frame: AnswerFrame): AnswerStreamWriter
}

/** The ends speak differently: requests and answers go through the neutral form. */
export function translateLane(from: {
  format: Format
  target: Target
  translation: Translation
  writer: AnswerWriter
  frame: AnswerFrame
  /** The caller wants its stream as one JSON array. */
  jsonArray: boolean
  /** The provider sends its stream as one. */
  isJsonArray: boolean
  isPrefilled: boolean
  remember: (events: readonly AnswerEvent[]) => void
}): Lane {
  const { format, target, writer, frame, translation } = from
  const streamWriter = () =>
    from.jsonArray ? jsonArrayWriter(writer.streamWriter(frame)) : writer.streamWriter(frame)
  return {
    format: format.name,
    translates: true,
    body: [translation.bytes],
    dropped: translation.dropped,
    isPrefilled: from.isPrefilled,
    impliedUsage: undefined,
    framer: () => framerFor(format, from.isJsonArray),
    streamReader: () => format.streamReader(target.quirks),
    translator: () => remembering(streamWriter(), from.remember),
    resume: () => undefined,
    closing: () => '',
    hides: () => false,
    eventsOf: (answer) => format.readAnswer(answer, target.quirks),
    summarize: (answer) => format.summarize(answer, target.quirks),
    contentOf: (answer) => contentText(format.readAnswer(answer, target.quirks)),
    faultIn: (answer) => format.faultIn(answer),
    readFault: (status, headers, answer) => format.readFault(status, headers, answer),
    translateAnswer: (answer) => {
      const events = format.readAnswer(answer, target.quirks)
      from.remember(events)
      return writer.writeAnswer(events, frame)
    },
    streamOf: (answer) =>
      streamText(remembering(streamWriter(), from.remember), format.readAnswer(answer, target.quirks)),
  }
}

/** All events of an answer as one stream. */
export function streamText(writer: AnswerStreamWriter, events: readonly AnswerEvent[]): string {
  return events.map((event) => (event.type === 'end' ? '' : writer.write(event))).join('') + writer.end()
}

/** Thinking beyond this is not worth keeping for a client that may send it back itself. */
const rememberedCharsMax = 262_144

/** Keeps what proves tool calls, as clients send the calls back without it. */
export function remembering(
  writer: AnswerStreamWriter,
  remember: (events: readonly AnswerEvent[]) => void,
): StreamTranslator {
  let kept: AnswerEvent[] = []
  let chars = 0
  let hasCall = false
  const keep = (event: AnswerEvent) => {
    if (event.type === 'thinking') chars += event.text.length
    else if (event.type === 'tool_call') hasCall = true
    else if (event.type !== 'thinking_proof') return
    if (chars <= rememberedCharsMax) kept.push(event)
  }
  const done = () => {
    if (hasCall && chars <= rememberedCharsMax) remember(kept)
    kept = []
    hasCall = false
  }
  return {
    write(event) {
      keep(event)
      // Clients may leave with the finish reason, without waiting for the end.
      if (event.type === 'finish') done()
      return writer.write(event)
    },
    end() {
      done()
      return writer.end()
    },
  }
}
