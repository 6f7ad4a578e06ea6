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
import { cohereUsage } from '../formats/cohere/usage.ts'
import type { AnswerSummary, Format, HostQuirks } from '../formats/format.ts'
import { embeddingUsage as geminiEmbeddingUsage } from '../formats/gemini/embeddings.ts'
import type { Operation } from '../providers/provider.ts'

export interface SummaryAsk {
  readonly operation: Operation
  readonly method: string
  readonly path: string
  readonly format: Format
  readonly quirks: HostQuirks
  readonly body: JsonBody | undefined
}

/** Where endpoints besides generation state what they used. */
export function summarizerFor(ask: SummaryAsk): ((answer: Json) => AnswerSummary) | undefined {
  const { operation, body } = ask
  switch (operation) {
    case 'embeddings':
      return (answer) => summary(answer, embeddingsUsage(ask.format, answer))
    case 'images':
      return (answer) => summary(answer, imagesUsage(answer, body))
    case 'transcription':
      return (answer) =>
        summary(answer, transcriptionUsage(objectAt(answer, 'usage'), numberAt(answer, 'duration')))
    case 'rerank':
      return (answer) => summary(answer, rerankUsage(answer))
    case 'moderations':
      return (answer) => summary(answer, usageOf({}))
    case 'speech':
      return (answer) =>
        summary(answer, spokenUsage(objectAt(answer, 'usage')) ?? impliedUsage('speech', body))
    case 'other':
      return (answer) => otherSummary(ask, answer)
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

function embeddingsUsage(format: Format, answer: Json): Usage | undefined {
  if (format.name === 'gemini') return geminiEmbeddingUsage(answer)
  if (format.name === 'cohere') return cohereUsage(objectAt(answer, 'meta'))
  return embeddingUsage(objectAt(answer, 'usage'))
}

/** Tokens where they are reported; else the number of pictures. Large ones are not read: as many as asked for. */
function imagesUsage(answer: Json, body: JsonBody | undefined): Usage | undefined {
  const counted = imageUsage(objectAt(answer, 'usage'))
  if (counted !== undefined) return counted
  const asked = numberAt({ n: body?.get('n') }, 'n') ?? 1
  return usageOf({ images: arrayAt(answer, 'data').length || asked })
}

/**
 * A path that nobody here knows: usage wherever an answer may state it. What is only looked up again (a stored
 * answer, a batch) was paid for when it was made.
 */
function otherSummary(ask: SummaryAsk, answer: Json): AnswerSummary {
  const { format, quirks, method } = ask
  const { usage: stated, ...said } = format.summarize(answer, quirks)
  const model = said.model ?? modelIn(ask.path)
  const rest = model === undefined ? said : { ...said, model }
  if (method !== 'POST') return rest
  const usage =
    stated ??
    ocrUsage(objectAt(answer, 'usage_info')) ??
    cohereUsage(objectAt(answer, 'meta')) ??
    predictedImages(format, answer)
  return usage === undefined ? rest : { ...rest, usage }
}

/** Google's paths name the model, and answers such as those of Imagen don't. */
function modelIn(path: string): string | undefined {
  return /\/models\/([^/:?]+):/.exec(path)?.[1]
}

/** Imagen's own endpoint answers with pictures alone. */
function predictedImages(format: Format, answer: Json): Usage | undefined {
  if (format.name !== 'gemini') return undefined
  const isImage = (prediction: Json) => stringAt(prediction, 'mimeType')?.startsWith('image/') === true
  const images = arrayAt(answer, 'predictions').filter(isImage).length
  return images === 0 ? undefined : usageOf({ images })
}

function rerankUsage(answer: Json): Usage | undefined {
  const billed = objectAt(objectAt(answer, 'meta'), 'billed_units')
  const units = isObject(billed) ? billed['search_units'] : undefined
  if (typeof units === 'number') return usageOf({ queries: units })
  const usage = objectAt(answer, 'usage')
  return usage === undefined ? usageOf({ queries: 1 }) : embeddingUsage(usage)
}
