import { chatCompletions } from './chat.ts'
import { cohereChat, cohereWire } from './cohere.ts'
import { completions } from './completions.ts'
import { converse, converseWire } from './converse.ts'
import { embeddings } from './embedding.ts'
import { gemini } from './gemini.ts'
import { echo, geminiModels, models, moderations, rerank } from './lookup.ts'
import { images, speech, transcription } from './media.ts'
import { countTokens, messages } from './messages.ts'
import type { Handler, Wire } from './reply.ts'
import { responses } from './responses.ts'
import { anthropicWire, googleWire, openaiWire, responsesWire } from './wires.ts'

export interface SimulatedRoute {
  readonly handler: Handler
  readonly wire: Wire
}

const openaiRoutes: Readonly<Record<string, Handler>> = {
  '/v1/chat/completions': chatCompletions,
  '/v1/completions': completions,
  '/v1/embeddings': embeddings,
  '/v1/moderations': moderations,
  '/v1/rerank': rerank,
  '/v1/images/generations': images,
  '/v1/images/edits': images,
  '/v1/images/variations': images,
  '/v1/audio/speech': speech,
  '/v1/audio/transcriptions': transcription,
  '/v1/audio/translations': transcription,
  '/v1/models': models,
}

export function routeFor(asked: string, method: string): SimulatedRoute {
  const path = openaiPath(asked)
  if (path === '/v1/messages' || /:(?:streamRawPredict|rawPredict)$/.test(path))
    return { handler: messages, wire: anthropicWire }
  if (path === '/v1/messages/count_tokens') return { handler: countTokens, wire: anthropicWire }
  if (path === '/v1/responses' && method === 'POST') return { handler: responses, wire: responsesWire }
  if (path === '/v2/chat') return { handler: cohereChat, wire: cohereWire }
  if (/^\/model\/.+\/converse(?:-stream)?$/.test(path)) return { handler: converse, wire: converseWire }
  // Google's own SDK asks /v1 for what the documentation shows under /v1beta, and Vertex knows projects.
  if (/^\/v1\/(?:projects\/.+\/)?models\/[^/]+:\w+$/.test(path)) return { handler: gemini, wire: googleWire }
  if (path.startsWith('/v1beta/'))
    return { handler: method === 'GET' ? geminiModels : gemini, wire: googleWire }
  if (path.startsWith('/v1/models/')) return { handler: models, wire: openaiWire }
  const known = Object.hasOwn(openaiRoutes, path) ? openaiRoutes[path] : undefined
  return { handler: known ?? echo, wire: openaiWire }
}

/** Azure and Vertex have paths of their own for what OpenAI serves under /v1. */
function openaiPath(path: string): string {
  return path
    .replace(/^\/openai\/deployments\/[^/]+\//, '/v1/')
    .replace(/^\/openai\/(?:v1\/)?/, '/v1/')
    .replace(/^\/v1\/projects\/.+\/endpoints\/openapi\//, '/v1/')
}
