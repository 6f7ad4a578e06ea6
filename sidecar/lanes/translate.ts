import type { Json } from '../../contract/json.ts'
import type { AnswerEvent } from '../conversation/answer.ts'
import type { Conversation } from '../conversation/request.ts'
import type { AnswerFrame, AnswerStreamWriter } from '../dialects/dialect.ts'
import type { Format, Target } from '../formats/format.ts'
import type { Lane } from './lane.ts'
import { framerFor } from './pass.ts'

/** How answers are written for the caller: a dialect, or a smaller shape such as legacy completions. */
export interface AnswerWriter {
  writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): Json
  streamWriter(frame: AnswerFrame): AnswerStreamWriter
}

/** The ends speak differently: requests and answers go through the neutral form. */
export function translateLane(from: {
  format: Format
  target: Target
  conversation: Conversation
  writer: AnswerWriter
  frame: AnswerFrame
  params: Readonly<Record<string, unknown>> | undefined
  onAnswer?: (events: readonly AnswerEvent[]) => void
}): Lane {
  const { format, target, writer, frame } = from
  const written = format.writeRequest({ ...from.conversation, model: target.model }, target)
  const body = from.params === undefined ? written.body : { ...written.body, ...from.params }
  return {
    format: format.name,
    translates: true,
    body: Buffer.from(JSON.stringify(body)),
    dropped: [...new Set([...from.conversation.dropped, ...written.dropped])],
    impliedUsage: undefined,
    framer: () => framerFor(format, false),
    streamReader: () => format.streamReader(target.quirks),
    translator: () => writer.streamWriter(frame),
    hides: () => false,
    summarize: (answer) => format.summarize(answer, target.quirks),
    faultIn: (answer) => format.faultIn(answer),
    readFault: (status, headers, answer) => format.readFault(status, headers, answer),
    translateAnswer: (answer) => {
      const events = format.readAnswer(answer, target.quirks)
      from.onAnswer?.(events)
      return writer.writeAnswer(events, frame)
    },
    events: (answer) => format.readAnswer(answer, target.quirks),
  }
}
