import type { Address, BodyEdit, Call, HeaderList, Provider, ProviderSettings } from '../provider.ts'
import { vertexEmbeddingMethod, vertexModel } from './models.ts'
import { createTokenSource, type TokenServices } from './token.ts'

/** What Claude on Vertex wants in the body instead of the header `anthropic-version`. */
const anthropicVersion: BodyEdit = { set: 'anthropic_version', json: '"vertex-2023-10-16"' }

/**
 * Google Cloud: Gemini in its own format, Claude in Anthropic's, open models in OpenAI's. Proves itself
 * with a service account (`secrets.serviceAccountJson`) or a ready access token (`key`).
 */
export function createVertexProvider(services: TokenServices): Provider {
  const tokens = createTokenSource(services)
  return {
    kind: 'vertex',
    formatFor({ operation, dialect, model }) {
      const { publisher } = vertexModel(model)
      switch (operation) {
        case 'generate':
          if (publisher === 'anthropic') return 'messages'
          return publisher === 'open' ? 'chat' : 'gemini'
        case 'count_tokens':
          // A count is worth something only from the model's own vendor, asked in its own words.
          if (publisher === 'anthropic') return dialect === 'messages' ? 'messages' : undefined
          return publisher === 'google' && dialect === 'gemini' ? 'gemini' : undefined
        case 'embeddings':
          if (publisher !== 'google') return undefined
          // Predictions are another wire than the embedContent that Gemini callers speak.
          return dialect === 'gemini' && vertexEmbeddingMethod(model) === 'predict' ? undefined : 'gemini'
        default:
          return undefined
      }
    },
    address: addressOf,
    bodyEdits(call) {
      if (call.format !== 'messages') return []
      // Tokens are counted at one address for all models, so there the body keeps the name.
      return call.operation === 'count_tokens' ? [anthropicVersion] : [anthropicVersion, { remove: 'model' }]
    },
    sign({ call: { settings } }) {
      if (settings.auth === 'forward') return []
      const json = settings.secrets['serviceAccountJson']
      if (!json) return settings.key === undefined ? [] : bearer(settings.key)
      const token = tokens.tokenFor(json)
      return typeof token === 'string' ? bearer(token) : token.then(bearer)
    },
  }
}

const bearer = (token: string): HeaderList => ['authorization', `Bearer ${token}`]

function addressOf(call: Call): Address {
  const { settings } = call
  const { origin, prefix } = baseOf(settings)
  const location = encodeURIComponent(settings.location || 'global')
  const project = `${prefix}/${settings.apiVersion || 'v1'}/projects/${encodeURIComponent(settings.project)}/locations/${location}`
  return { origin, path: `${project}/${resourceOf(call)}` }
}

function resourceOf(call: Call): string {
  const { publisher, id } = vertexModel(call.model)
  if (publisher === 'open') return 'endpoints/openapi/chat/completions'
  const name =
    call.operation === 'count_tokens' && publisher === 'anthropic' ? 'count-tokens' : pathSegment(id)
  return `publishers/${publisher}/models/${name}:${methodOf(call)}`
}

/** `@` before a version stands in the path as it is. */
const pathSegment = (id: string): string => encodeURIComponent(id).replaceAll('%40', '@')

function methodOf(call: Call): string {
  if (call.format === 'messages') {
    return call.operation === 'generate' && call.stream ? 'streamRawPredict' : 'rawPredict'
  }
  switch (call.operation) {
    case 'count_tokens':
      return 'countTokens'
    case 'embeddings':
      return vertexEmbeddingMethod(call.model)
    default:
      return call.stream ? streamMethod(call.callerPath) : 'generateContent'
  }
}

/** Gemini callers may want their stream as one JSON array; everyone else gets events to translate. */
function streamMethod(callerPath: string): string {
  const wantsArray =
    /:streamGenerateContent(?:$|\?)/.test(callerPath) && !/[?&]\$?alt=sse(?:&|$)/.test(callerPath)
  return wantsArray ? 'streamGenerateContent' : 'streamGenerateContent?alt=sse'
}

function baseOf(settings: ProviderSettings): { origin: string; prefix: string } {
  if (settings.baseUrl === '') return { origin: `https://${hostOf(settings.location)}`, prefix: '' }
  const url = new URL(settings.baseUrl)
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') }
}

/** Regions have hosts of their own; `us` and `eu` are groups of regions, and global has no prefix. */
function hostOf(location: string): string {
  if (location === '' || location === 'global') return 'aiplatform.googleapis.com'
  if (location === 'us' || location === 'eu') return `aiplatform.${location}.rep.googleapis.com`
  return `${location}-aiplatform.googleapis.com`
}
