import type { DialectName } from '../../dialects/dialect.ts'
import { data, media, type Shape, shape, skip } from './shape.ts'

/**
 * What stands in answers. Thinking stays as the model wrote it: it may be signed, comes back with the next request,
 * and is no use to its vendor with other words in it.
 */
const blocks = shape('text', {
  action: data,
  arguments: data,
  args: data,
  b64_json: media,
  call_id: skip,
  data: media,
  input: data,
  logprobs: skip,
  name: skip,
  reasoning: skip,
  reasoning_content: skip,
  reasoning_details: skip,
  result: media,
  thinking: skip,
  usage: skip,
})

const gemini: Shape = {
  ...blocks,
  fields: { ...blocks.fields, parts: { ...blocks, when: { key: 'thought', is: ['true'], as: 'skip' } } },
}

const responses: Shape = {
  ...blocks,
  fields: {
    ...blocks.fields,
    output: { ...blocks, when: { key: 'type', is: ['reasoning'], as: 'skip' } },
    item: { ...blocks, when: { key: 'type', is: ['reasoning'], as: 'skip' } },
    reasoning: skip,
  },
}

export const answerShapes: Readonly<Record<DialectName, Shape>> = {
  chat: blocks,
  responses,
  messages: blocks,
  gemini,
}
