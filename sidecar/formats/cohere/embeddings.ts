import { GatewayError } from '../../../contract/errors.ts'
import { arrayAt, type Json, objectAt, stringAt } from '../../../contract/json.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../../conversation/embedding.ts'
import type { WrittenRequest } from '../format.ts'
import { cohereUsage } from './usage.ts'

/** Cohere's own limit for one call. */
const textsMax = 96

const inputTypeByTask: Readonly<Record<string, string>> = {
  RETRIEVAL_QUERY: 'search_query',
  QUESTION_ANSWERING: 'search_query',
  FACT_VERIFICATION: 'search_query',
  CODE_RETRIEVAL_QUERY: 'search_query',
  RETRIEVAL_DOCUMENT: 'search_document',
  SEMANTIC_SIMILARITY: 'clustering',
  CLASSIFICATION: 'classification',
  CLUSTERING: 'clustering',
}

/** The body of POST /v2/embed. Vectors are asked for as numbers: every caller's encoding is made of them. */
export function writeEmbeddingRequest(request: EmbeddingRequest, model: string): WrittenRequest {
  const dropped = new Set(request.dropped)
  const texts = request.inputs.map(textOf)
  if (texts.length > textsMax) {
    const message = `Cohere embeds at most ${textsMax} texts per request, this one has ${texts.length}: send several.`
    throw new GatewayError('untranslatable', message, { param: 'input' })
  }
  if (request.title !== undefined) dropped.add('title')
  if (request.endUser !== undefined) dropped.add('user')
  const body = {
    model,
    texts,
    input_type: inputType(request.task, dropped),
    embedding_types: ['float'],
    ...(request.dimensions === undefined ? {} : { output_dimension: request.dimensions }),
  }
  return { body, dropped: [...dropped] }
}

function textOf(input: string | readonly number[]): string {
  if (typeof input === 'string') return input
  const message = 'Cohere embeds texts only, the input holds token ids of another tokenizer: send text.'
  throw new GatewayError('untranslatable', message, { param: 'input' })
}

/** Required by every model since v3. Without a task the texts are taken for what is stored, not searched. */
function inputType(task: string | undefined, dropped: Set<string>): string {
  if (task === undefined || task === 'TASK_TYPE_UNSPECIFIED') return 'search_document'
  const known = Object.hasOwn(inputTypeByTask, task) ? inputTypeByTask[task] : undefined
  if (known === undefined) dropped.add('task_type')
  return known ?? 'search_document'
}

export function readEmbeddingAnswer(body: Json): EmbeddingAnswer {
  const id = stringAt(body, 'id')
  const usage = cohereUsage(objectAt(body, 'meta'))
  const vectors = arrayAt(objectAt(body, 'embeddings'), 'float').map((vector) =>
    Array.isArray(vector) ? vector.filter((value) => typeof value === 'number') : [],
  )
  return {
    ...(id === undefined ? {} : { id }),
    vectors,
    ...(usage === undefined ? {} : { usage }),
  }
}
