import { writeError } from '../chat/error.ts'
import type { Dialect } from '../dialect.ts'
import { writeAnswer } from './answer.ts'
import { writeStreamError } from './error.ts'
import { readRequest } from './request.ts'
import { streamWriter } from './stream.ts'

/** OpenAI's Responses API, as its callers speak it. */
export const responsesDialect: Dialect = {
  name: 'responses',
  readRequest,
  writeAnswer,
  streamWriter,
  writeError,
  writeStreamError,
}
