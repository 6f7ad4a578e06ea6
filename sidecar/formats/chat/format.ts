import type { Format } from '../format.ts'
import { readAnswer, summarize } from './answer.ts'
import { faultIn, readFault } from './fault.ts'
import { writeRequest } from './request.ts'
import { ChatStreamReader } from './stream.ts'

/** OpenAI's chat completions, as OpenAI, Azure and the compatible hosts serve them. */
export const chatFormat: Format = {
  name: 'chat',
  framing: 'sse',
  writeRequest,
  readAnswer,
  summarize,
  faultIn,
  streamReader: (quirks) => new ChatStreamReader(quirks),
  readFault,
}
