import type { Format } from '../format.ts'
import { readAnswer, summarize } from './answer.ts'
import { faultIn, readFault } from './fault.ts'
import { writeRequest } from './request.ts'
import { createCohereStreamReader } from './stream.ts'

/** Cohere's own chat, version 2. */
export const cohereFormat: Format = {
  name: 'cohere',
  framing: 'sse',
  writeRequest,
  readAnswer,
  summarize,
  faultIn,
  streamReader: createCohereStreamReader,
  readFault,
}
