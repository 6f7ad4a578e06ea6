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
import type { AnswerSummary, FormatName } from '../formats/format.ts'
import { embeddingUsage as geminiEmbeddingUsage } from '../formats/gemini/embeddings.ts'
import { responsesUsage } from '../formats/responses/usage.ts'
import type { Operation } from '../providers/provider.ts'

type Summarize = (answer: Json) => AnswerSummary

export interface SummaryAsk {
  readonly operation: Operation
  readonly method: string
  readonly path: string
  readonly format: FormatName
  readonly body: JsonBody | undefined
  /** How the format itself reads it. */
  readonly own: Summarize
}

/** Where endpoints besides generation state what they used. */
export function summarizerFor(ask: SummaryAsk): Summarize {
  const { operation, body, own } = ask
  switch (operation) {
    case 'embeddings':
      return (answer) => summary(answer, embeddingsUsage(ask.format, answer))
    case 'images':
      return (answer) => summary(answer, imagesUsage(answer, body))
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
      return (answer) => unknownSummary(ask, answer)
    default:
      return own
  }
}

/**
 * Paths that nobody here knows: the format's own words, then those of Mistral's page reader, of Responses, of
 * Cohere and of Imagen. Whoever reads a stored answer again does not pay for it again.
 */
function unknownSummary(ask: SummaryAsk, answer: Json): AnswerSummary {
  const { usage: stated, ...said } = ask.own(answer)
  const model = said.model ?? modelIn(ask.path)
  const found = model === undefined ? said : { ...said, model }
  if (ask.method !== 'POST') return found
  const usage =
    stated ??
    ocrUsage(objectAt(answer, 'usage_info')) ??
    responsesUsage(objectAt(answer, 'usage')) ??
    cohereUsage(objectAt(answer, 'meta')) ??
    predictedImages(ask.format, answer)
  return usage === undefined ? found : { ...found, usage }
}

/** Google's paths name the model, and answers such as those of Imagen don't. */
function modelIn(path: string): string | undefined {
  return /\/models\/([^/:?]+):/.exec(path)?.[1]
}

/** Imagen's own endpoint answers with pictures alone. */
function predictedImages(format: FormatName, answer: Json): Usage | undefined {
  if (format !== 'gemini') return undefined
  const isImage = (prediction: Json) => stringAt(prediction, 'mimeType')?.startsWith('image/') === true
  const images = arrayAt(answer, 'predictions').filter(isImage).length
  return images === 0 ? undefined : usageOf({ images })
}

function embeddingsUsage(format: FormatName, answer: Json): Usage | undefined {
  if (format === 'gemini') return geminiEmbeddingUsage(answer)
  if (format === 'cohere') return cohereUsage(objectAt(answer, 'meta'))
  return embeddingUsage(objectAt(answer, 'usage'))
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

/** Tokens where they are reported; else the number of pictures. Large ones are not read: as many as asked for. */
function imagesUsage(answer: Json, body: JsonBody | undefined): Usage | undefined {
  const counted = imageUsage(objectAt(answer, 'usage'))
  if (counted !== undefined) return counted
  const asked = numberAt({ n: body?.get('n') }, 'n') ?? 1
  return usageOf({ images: arrayAt(answer, 'data').length || asked })
}

function rerankUsage(answer: Json): Usage | undefined {
  const billed = objectAt(objectAt(answer, 'meta'), 'billed_units')
  const units = isObject(billed) ? billed['search_units'] : undefined
  if (typeof units === 'number') return usageOf({ queries: units })
  const usage = objectAt(answer, 'usage')
  return usage === undefined ? usageOf({ queries: 1 }) : embeddingUsage(usage)
}
