import { GatewayError } from '../../../contract/errors.ts'
import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'
import { tokenColumns } from '../../../contract/usage.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../../conversation/embedding.ts'
import { fieldAt, listField, numberField, objectField, stringField, unreadFields } from './fields.ts'

export type EmbeddingMethod = 'embedContent' | 'batchEmbedContents'

const readFields = new Set(['model', 'content', 'taskType', 'title', 'outputDimensionality'])

/** Reads embedContent (one content) or batchEmbedContents (a list of such requests). */
export function readEmbeddingRequest(
  body: JsonObject,
  path: { readonly model: string; readonly method: EmbeddingMethod },
): EmbeddingRequest {
  const single = path.method === 'embedContent'
  const requests = single ? [body] : listField(body, 'requests')
  const first = requests[0]
  if (first === undefined) throw invalid('requests', 'must hold at least one request.')
  const dropped = new Set<string>()
  const inputs = requests.map((request, index) => {
    if (!sameOptions(request, first)) throw differing(index)
    for (const name of unreadFields(isObject(request) ? request : undefined, readFields)) dropped.add(name)
    return readText(request, single ? 'content' : `requests[${index}].content`)
  })
  const dimensions = numberField(first, 'outputDimensionality')
  const task = stringField(first, 'taskType')
  const title = stringField(first, 'title')
  return {
    model: path.model,
    inputs,
    encoding: 'float',
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(task === undefined ? {} : { task }),
    ...(title === undefined ? {} : { title }),
    dropped: [...dropped],
  }
}

/** Other providers take one set of options for all inputs. */
function sameOptions(request: Json, first: Json): boolean {
  return ['taskType', 'title', 'outputDimensionality'].every(
    (name) => fieldAt(request, name) === fieldAt(first, name),
  )
}

function differing(index: number): GatewayError {
  const message = `requests[${index}] has other options than the first request: send one batch for each set.`
  return new GatewayError('untranslatable', message, { param: `requests[${index}]` })
}

function readText(request: Json, where: string): string {
  const texts: string[] = []
  for (const part of listField(objectField(request, 'content'), 'parts')) {
    const text = stringField(part, 'text')
    if (text === undefined) {
      throw new GatewayError(
        'untranslatable',
        `${where}.parts: only text can be embedded by other providers.`,
        {
          param: `${where}.parts`,
        },
      )
    }
    texts.push(text)
  }
  if (texts.length === 0) throw invalid(`${where}.parts`, 'must hold at least one text.')
  return texts.join('\n')
}

export function writeEmbeddingAnswer(answer: EmbeddingAnswer, method: EmbeddingMethod): JsonObject {
  const embeddings = answer.vectors.map((values) => ({ values: [...values] }))
  const tokens = answer.usage ? tokenColumns(answer.usage).input_tokens : undefined
  const usage: JsonObject =
    tokens === undefined ? {} : { usageMetadata: { promptTokenCount: tokens, totalTokenCount: tokens } }
  return method === 'embedContent'
    ? { embedding: embeddings[0] ?? { values: [] }, ...usage }
    : { embeddings, ...usage }
}

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_body', `${param} ${problem}`, { param })
}
