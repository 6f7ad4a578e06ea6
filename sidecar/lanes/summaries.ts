import { arrayAt, isObject, type Json, numberAt, objectAt, stringAt } from '../../contract/json.ts'
import { type Usage, usageOf } from '../../contract/usage.ts'
import type { JsonBody } from '../body/json-body.ts'
import {
  embeddingUsage,
  imageUsage,
  ocrUsage,
  speechUsage,
  spokenUsage,
  transcriptionUsage,
} from '../formats/chat/usage.ts'
import type { AnswerSummary } from '../formats/format.ts'
import { responsesUsage } from '../formats/responses/usage.ts'
import type { Operation } from '../providers/provider.ts'

type Summarize = (answer: Json) => AnswerSummary

/** Where OpenAI's endpoints besides generation state what they used. `own` is how the format itself reads it. */
export function summarizerFor(ask: {
  readonly operation: Operation
  readonly method: string
  readonly body: JsonBody | undefined
  readonly own: Summarize
}): Summarize {
  const { operation, body, own } = ask
  switch (operation) {
    case 'embeddings':
      return (answer) => summary(answer, embeddingUsage(objectAt(answer, 'usage')))
    case 'images':
      return (answer) => summary(answer, imagesUsage(answer))
    case 'transcription':
      return (answer) => summary(answer, heardUsage(answer))
    case 'rerank':
      return (answer) => summary(answer, rerankUsage(answer))
    case 'moderations':
      return (answer) => summary(answer, usageOf({}))
    case 'speech':
      // Streams of events state tokens; sound states nothing.
      return (answer) =>
        summary(answer, spokenUsage(objectAt(answer, 'usage')) ?? impliedUsage('speech', body))
    case 'other':
      // Whoever reads a stored answer again does not pay for it again.
      return ask.method === 'POST' ? (answer) => unknownSummary(answer, own) : own
    default:
      return own
  }
}

/** Paths that nobody here knows: the format's own words, then those of Mistral's page reader and of Responses. */
function unknownSummary(answer: Json, own: Summarize): AnswerSummary {
  const found = own(answer)
  if (found.usage !== undefined) return found
  const usage = ocrUsage(objectAt(answer, 'usage_info')) ?? responsesUsage(objectAt(answer, 'usage'))
  return usage === undefined ? found : { ...found, usage }
}

/** Speech is billed by what was asked for: its answer is sound and states nothing. */
export function impliedUsage(operation: Operation, body: JsonBody | undefined): Usage | undefined {
  if (operation !== 'speech') return undefined
  const input = body?.string('input')
  return input === undefined ? undefined : speechUsage(input)
}

function summary(answer: Json, usage: Usage | undefined): AnswerSummary {
  const model = stringAt(answer, 'model')
  const responseId = stringAt(answer, 'id')
  return {
    ...(model === undefined ? {} : { model }),
    ...(responseId === undefined ? {} : { responseId }),
    ...(usage === undefined ? {} : { usage }),
  }
}

/** Older models say no more than how long the sound was, and that only in their wordiest form. */
function heardUsage(answer: Json): Usage | undefined {
  return transcriptionUsage(objectAt(answer, 'usage'), numberAt(answer, 'duration'))
}

/** Tokens where they are reported; else the number of pictures. */
function imagesUsage(answer: Json): Usage | undefined {
  const usage = objectAt(answer, 'usage')
  if (usage !== undefined) return imageUsage(usage)
  const images = arrayAt(answer, 'data').length
  return images === 0 ? undefined : usageOf({ images })
}

function rerankUsage(answer: Json): Usage | undefined {
  const billed = objectAt(objectAt(answer, 'meta'), 'billed_units')
  const units = isObject(billed) ? billed['search_units'] : undefined
  if (typeof units === 'number') return usageOf({ queries: units })
  const usage = objectAt(answer, 'usage')
  return usage === undefined ? usageOf({ queries: 1 }) : embeddingUsage(usage)
}
