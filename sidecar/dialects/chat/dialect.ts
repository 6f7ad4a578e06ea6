import type { Dialect } from '../dialect.ts'
import { writeAnswer } from './answer.ts'
import { writeError, writeStreamError } from './error.ts'
import { readRequest } from './request.ts'
import { ChatStreamWriter } from './stream.ts'

/** OpenAI's chat completions, as callers speak them. */
export const chatDialect: Dialect = {
  name: 'chat',
  readRequest,
  writeAnswer,
  streamWriter: (frame, at) => new ChatStreamWriter(frame, at),
  writeError,
  writeStreamError,
}
