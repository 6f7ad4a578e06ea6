import type { Format } from '../format.ts'
import { faultIn, readAnswer, summarize } from './answer.ts'
import { readFault } from './fault.ts'
import { writeRequest } from './request.ts'
import { streamReader } from './stream.ts'

export const geminiFormat: Format = {
  name: 'gemini',
  framing: 'sse',
  writeRequest,
  readAnswer,
  summarize,
  faultIn,
  streamReader,
  readFault,
}
