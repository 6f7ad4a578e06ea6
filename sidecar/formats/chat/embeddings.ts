import { arrayAt, isObject, type Json, stringAt } from '../../../contract/json.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../../conversation/embedding.ts'
import type { WrittenRequest } from '../format.ts'
import { embeddingUsage } from './usage.ts'

export function writeEmbeddingRequest(request: EmbeddingRequest, model: string): WrittenRequest {
  const { dimensions, endUser } = request
  return {
    body: {
      model,
      input: request.inputs.map((input) => (typeof input === 'string' ? input : [...input])),
      ...(dimensions === undefined ? {} : { dimensions }),
      ...(endUser === undefined ? {} : { user: endUser }),
      // Plain numbers: the vectors are read here and written in the caller's own encoding.
      encoding_format: 'float',
    },
    dropped: [
      ...(request.task === undefined ? [] : ['task_type']),
      ...(request.title === undefined ? [] : ['title']),
    ],
  }
}

export function readEmbeddingAnswer(body: Json): EmbeddingAnswer {
  const model = stringAt(body, 'model')
  const usage = embeddingUsage(isObject(body) ? body['usage'] : undefined)
  return {
    ...(model === undefined ? {} : { model }),
    vectors: arrayAt(body, 'data').map((item) =>
      arrayAt(item, 'embedding').filter((value) => typeof value === 'number'),
    ),
    ...(usage === undefined ? {} : { usage }),
  }
}
