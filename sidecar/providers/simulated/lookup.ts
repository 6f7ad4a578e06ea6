import { hash } from 'node:crypto'
import { arrayAt, countAt, type Json, stringAt } from '../../../contract/json.ts'
import { baseModel, simulatedModels } from './controls.ts'
import { inputsOf } from './embedding.ts'
import { noUsage } from './plan.ts'
import { type Handler, Refusal } from './reply.ts'
import { estimateTokens, words } from './text.ts'

const flaggedWords = new Set(['kill', 'violence', 'attack'])

export const moderations: Handler = ({ body, model, serial }) => {
  const results = inputsOf(body['input'] ?? '').map((text) => {
    const violence = words(text).some((word) => flaggedWords.has(word))
    return {
      flagged: violence,
      categories: { violence, hate: false, sexual: false, 'self-harm': false },
      category_scores: { violence: violence ? 0.9 : 0.01, hate: 0.01, sexual: 0.01, 'self-harm': 0.01 },
    }
  })
  return { kind: 'json', body: { id: `modr-${serial}`, model: baseModel(model), results }, usage: noUsage }
}

/** Documents with more of the query's words stand higher. */
export const rerank: Handler = ({ body, model, serial }) => {
  const query = new Set(words(stringAt(body, 'query') ?? ''))
  const documents = arrayAt(body, 'documents').map(documentText)
  if (documents.length === 0) throw new Refusal('documents is missing or empty')
  const scored = documents.map((text, index) => ({ index, relevance_score: overlap(query, text) }))
  scored.sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
  const input = estimateTokens([...query, ...documents].join(' '))
  return {
    kind: 'json',
    body: {
      id: `rerank-${serial}`,
      model: baseModel(model),
      results: scored.slice(0, countAt(body, 'top_n') ?? scored.length),
      meta: { billed_units: { search_units: 1 } },
      usage: { total_tokens: input },
    },
    usage: noUsage,
  }
}

function documentText(document: Json): string {
  return typeof document === 'string' ? document : (stringAt(document, 'text') ?? '')
}

function overlap(query: ReadonlySet<string>, text: string): number {
  const found = new Set(words(text).filter((word) => query.has(word)))
  return query.size === 0 ? 0 : found.size / query.size
}

const created = 1_764_547_200

function modelEntry(id: string) {
  return { id, object: 'model', created, owned_by: 'sidelight' }
}

export const models: Handler = ({ path }) => {
  const id = path.split('/models/')[1]
  if (id !== undefined && !simulatedModels.includes(id)) throw new Refusal('no such model', 404)
  const body = id === undefined ? { object: 'list', data: simulatedModels.map(modelEntry) } : modelEntry(id)
  return { kind: 'json', body, usage: noUsage }
}

export const geminiModels: Handler = () => {
  const entries = simulatedModels.map((id) => ({
    name: `models/${id}`,
    displayName: id,
    inputTokenLimit: 1_000_000,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  }))
  return { kind: 'json', body: { models: entries }, usage: noUsage }
}

/** Files, batches and all the rest: says what arrived, so that a test can prove it arrived unchanged. */
export const echo: Handler = ({ method, path, query, contentType, raw, serial }) => ({
  kind: 'json',
  body: {
    id: `sim_${serial}`,
    object: 'echo',
    method,
    path,
    query: query.toString(),
    content_type: contentType,
    bytes: raw.length,
    sha256: hash('sha256', raw, 'hex'),
  },
  usage: noUsage,
})
