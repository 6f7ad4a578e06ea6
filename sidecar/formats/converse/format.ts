import type { Format } from '../format.ts'
import { readAnswer, summarize } from './answer.ts'
import { faultIn, readFault } from './fault.ts'
import { writeRequest } from './request.ts'
import { createConverseStreamReader } from './stream.ts'

/** Amazon Bedrock's Converse and ConverseStream: one shape for the models of every vendor there. */
export const converseFormat: Format = {
  name: 'converse',
  framing: 'eventstream',
  writeRequest,
  readAnswer,
  summarize,
  faultIn,
  streamReader: createConverseStreamReader,
  readFault,
}
