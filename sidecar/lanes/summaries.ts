import { arrayAt, isObject, type Json, objectAt, stringAt } from '../../contract/json.ts'
import { type Usage, usageOf } from '../../contract/usage.ts'
import type { JsonBody } from '../body/json-body.ts'
import { embeddingUsage, imageUsage, speechUsage, transcriptionUsage } from '../formats/chat/usage.ts'
import type { AnswerSummary } from '../formats/format.ts'
import type { Operation } from '../providers/provider.ts'

/** Where OpenAI's endpoints besides generation state what they used. */
export function summarizerFor(
  operation: Operation,
  body: JsonBody | undefined,
): ((answer: Json) => AnswerSummary) | undefined {
  switch (operation) {
    case 'embeddings':
      return (answer) => summary(answer, embeddingUsage(objectAt(answer, 'usage')))
    case 'images':
      return (answer) => summary(answer, imagesUsage(answer))
    case 'transcription':
      return (answer) => summary(answer, transcriptionUsage(objectAt(answer, 'usage')))
    case 'rerank':
      return (answer) => summary(answer, rerankUsage(answer))
    case 'moderations':
      return (answer) => summary(answer, usageOf({}))
    case 'speech':
      return (answer) => summary(answer, impliedUsage('speech', body))
    default:
      return undefined
  }
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
