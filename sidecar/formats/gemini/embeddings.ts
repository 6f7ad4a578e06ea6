import { GatewayError } from '../../../contract/errors.ts'
import {
  arrayAt,
  countAt,
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
} from '../../../contract/json.ts'
import { type Usage, usageOf } from '../../../contract/usage.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../../conversation/embedding.ts'
import type { WrittenRequest } from '../format.ts'
import { geminiUsage } from './usage.ts'

/** `predict` is how Vertex serves its older embedding models. */
export type EmbeddingMethod = 'batchEmbedContents' | 'embedContent' | 'predict'

export function writeEmbeddingRequest(request: EmbeddingRequest, method: EmbeddingMethod): WrittenRequest {
  const texts = request.inputs.map(textOf)
  const dropped = request.endUser === undefined ? [] : ['user']
  return { body: writeBody(texts, request, method), dropped }
}

function writeBody(texts: string[], request: EmbeddingRequest, method: EmbeddingMethod): JsonObject {
  if (method === 'predict') return writePrediction(texts, request)
  const options = {
    ...(request.task === undefined ? {} : { taskType: request.task }),
    ...(request.title === undefined ? {} : { title: request.title }),
    ...(request.dimensions === undefined ? {} : { outputDimensionality: request.dimensions }),
  }
  if (method === 'batchEmbedContents') {
    const model = `models/${request.model.replace(/^models\//, '')}`
    return { requests: texts.map((text) => ({ model, content: { parts: [{ text }] }, ...options })) }
  }
  const [text] = texts
  if (text === undefined || texts.length > 1) {
    throw new GatewayError(
      'untranslatable',
      'This model embeds one input in a request: send the inputs one by one.',
      {
        param: 'input',
      },
    )
  }
  return { content: { parts: [{ text }] }, ...options }
}

function writePrediction(texts: string[], request: EmbeddingRequest): JsonObject {
  const { task, title, dimensions } = request
  return {
    instances: texts.map((content) => ({
      content,
      ...(task === undefined ? {} : { task_type: task }),
      ...(title === undefined ? {} : { title }),
    })),
    ...(dimensions === undefined ? {} : { parameters: { outputDimensionality: dimensions } }),
  }
}

function textOf(input: string | readonly number[]): string {
  if (typeof input === 'string') return input
  throw new GatewayError('untranslatable', 'Token ids belong to one vendor: send the input as text.', {
    param: 'input',
  })
}

/** One embedding, a batch of them, or Vertex's predictions. */
export function readEmbeddingAnswer(body: Json): EmbeddingAnswer {
  const single = objectAt(body, 'embedding')
  const found = single ? [single] : arrayAt(body, 'embeddings')
  const embeddings = found.length > 0 ? found : predictionsIn(body)
  const vectors = embeddings.map((embedding) =>
    arrayAt(embedding, 'values').filter((value) => typeof value === 'number'),
  )
  const usage = embeddingUsage(body)
  return usage ? { vectors, usage } : { vectors }
}

function predictionsIn(body: Json): Json[] {
  return arrayAt(body, 'predictions').map((prediction) => objectAt(prediction, 'embeddings') ?? {})
}

/** The prompt count, or where there is none the token counts beside the vectors. */
export function embeddingUsage(body: unknown): Usage | undefined {
  const metadata = objectAt(body, 'usageMetadata')
  if (metadata) return geminiUsage(metadata)
  const total = countAt(body, 'tokenCount')
  if (total !== undefined) return usageOf({ input: total })
  let tokens = 0
  for (const embedding of [...arrayAt(body, 'embeddings'), ...predictionsIn(isObject(body) ? body : null)]) {
    const statistics = objectAt(embedding, 'statistics')
    tokens += numberAt(statistics, 'tokenCount') ?? numberAt(statistics, 'token_count') ?? 0
  }
  return tokens > 0 ? usageOf({ input: tokens }) : undefined
}
