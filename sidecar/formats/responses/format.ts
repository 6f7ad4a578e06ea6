import type { Format } from '../format.ts'
import { readAnswer, summarize } from './answer.ts'
import { faultIn, readFault } from './fault.ts'
import { writeRequest } from './request.ts'
import { ResponsesStreamReader } from './stream.ts'

/** OpenAI's Responses API, as OpenAI and the hosts that copy it serve it. */
export const responsesFormat: Format = {
  name: 'responses',
  framing: 'sse',
  writeRequest,
  readAnswer,
  summarize,
  faultIn,
  streamReader: () => new ResponsesStreamReader(),
  readFault,
}
