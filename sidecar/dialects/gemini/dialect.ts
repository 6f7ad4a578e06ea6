import type { Dialect } from '../dialect.ts'
import { writeAnswer } from './answer.ts'
import { writeError } from './error.ts'
import { readRequest } from './request.ts'
import { streamWriter, writeStreamError } from './stream.ts'

export const geminiDialect: Dialect = {
  name: 'gemini',
  readRequest,
  writeAnswer,
  streamWriter,
  writeError,
  writeStreamError,
}
