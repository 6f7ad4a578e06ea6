import type { Dialect } from '../dialect.ts'
import { writeAnswer } from './answer.ts'
import { writeError, writeStreamError } from './error.ts'
import { readRequest } from './request.ts'
import { MessagesStreamWriter } from './stream.ts'

/** Callers of Anthropic's Messages API. */
export const messagesDialect: Dialect = {
  name: 'messages',
  readRequest: (body) => readRequest(body),
  writeAnswer,
  streamWriter: (frame, at) => new MessagesStreamWriter(frame, at),
  writeError,
  writeStreamError,
}
