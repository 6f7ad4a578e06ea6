import type { Format } from '../format.ts'
import { readAnswer, summarize } from './answer.ts'
import { faultIn, readFault } from './fault.ts'
import { writeRequest } from './request.ts'
import { MessagesStreamReader } from './stream.ts'

/** Anthropic's Messages API, as Anthropic, Vertex and others serve it. */
export const messagesFormat: Format = {
  name: 'messages',
  framing: 'sse',
  writeRequest,
  readAnswer: (body) => readAnswer(body),
  summarize: (body) => summarize(body),
  faultIn,
  streamReader: () => new MessagesStreamReader(),
  readFault,
}
