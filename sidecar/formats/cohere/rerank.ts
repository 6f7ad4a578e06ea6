import { arrayAt, countAt, type Json, numberAt, objectAt, stringAt } from '../../../contract/json.ts'
import type { RerankAnswer, RerankRequest } from '../../conversation/rerank.ts'
import type { WrittenRequest } from '../format.ts'
import { cohereUsage } from './usage.ts'

/** The body of POST /v2/rerank. It never returns documents: whoever wants them back has them. */
export function writeRerankRequest(request: RerankRequest, model: string): WrittenRequest {
  const body = {
    model,
    query: request.query,
    documents: [...request.documents],
    ...(request.topN === undefined ? {} : { top_n: request.topN }),
  }
  return { body, dropped: request.dropped }
}

export function readRerankAnswer(body: Json): RerankAnswer {
  const id = stringAt(body, 'id')
  const usage = cohereUsage(objectAt(body, 'meta'))
  const results = arrayAt(body, 'results').flatMap((result) => {
    const index = countAt(result, 'index')
    const score = numberAt(result, 'relevance_score')
    return index === undefined || score === undefined ? [] : [{ index, score }]
  })
  return {
    ...(id === undefined ? {} : { id }),
    results,
    ...(usage === undefined ? {} : { usage }),
  }
}
