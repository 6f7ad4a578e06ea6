import { GatewayError } from '../../../contract/errors.ts'
import { type Json, type JsonObject, stringAt } from '../../../contract/json.ts'
import { tokenColumns } from '../../../contract/usage.ts'
import type { RerankAnswer, RerankRequest } from '../../conversation/rerank.ts'

const known: ReadonlySet<string> = new Set(['model', 'query', 'documents', 'top_n', 'return_documents'])

/** Reads a rerank request in the shape that Cohere, Jina, Voyage and their hosts share. */
export function readRerankRequest(body: JsonObject): RerankRequest {
  const topN = body['top_n'] ?? undefined
  if (topN !== undefined && !(typeof topN === 'number' && Number.isInteger(topN) && topN > 0)) {
    throw invalid('top_n', 'must be a positive whole number')
  }
  const returnDocuments = body['return_documents'] ?? undefined
  if (returnDocuments !== undefined && typeof returnDocuments !== 'boolean') {
    throw invalid('return_documents', 'must be true or false')
  }
  return {
    model: text(body, 'model'),
    query: text(body, 'query'),
    documents: readDocuments(body['documents']),
    ...(topN === undefined ? {} : { topN }),
    ...(returnDocuments === undefined ? {} : { returnDocuments }),
    dropped: Object.keys(body).filter(
      (key) => !known.has(key) && body[key] !== null && /^\w{1,40}$/.test(key),
    ),
  }
}

function readDocuments(documents: Json | undefined): string[] {
  if (!Array.isArray(documents) || documents.length === 0) {
    throw invalid('documents', 'must be a non-empty array of strings or of objects with a `text`')
  }
  return documents.map((document, index) => {
    const found = typeof document === 'string' ? document : stringAt(document, 'text')
    if (found === undefined)
      throw invalid(`documents[${index}]`, 'must be a string or an object with a `text`')
    return found
  })
}

function text(body: JsonObject, key: string): string {
  const found = stringAt(body, key)
  if (found === undefined) throw invalid(key, 'must be a string')
  return found
}

function invalid(param: string, must: string): GatewayError {
  return new GatewayError('invalid_body', `\`${param}\` ${must}.`, { param })
}

/** Usage stands where each of the shared shape's clients looks: `usage` (Jina, Voyage) and `meta` (Cohere). */
export function writeRerankAnswer(
  answer: RerankAnswer,
  request: RerankRequest,
  requestId: string,
): JsonObject {
  const tokens = tokenColumns(answer.usage).input_tokens
  const searches = answer.usage?.classes.queries
  return {
    id: answer.id ?? `rerank-${requestId}`,
    object: 'list',
    model: request.model,
    results: answer.results.map(({ index, score }) => {
      const document = request.returnDocuments ? request.documents[index] : undefined
      return {
        index,
        relevance_score: score,
        ...(document === undefined ? {} : { document: { text: document } }),
      }
    }),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    ...(searches === undefined ? {} : { meta: { billed_units: { search_units: searches } } }),
  }
}
