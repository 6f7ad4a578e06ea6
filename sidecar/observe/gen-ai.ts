import type { Attributes } from '@opentelemetry/api'
import type { AttemptRow, RequestRow } from '../../contract/record.ts'
import type { AttemptAnswer } from './tracing.ts'

/** OpenTelemetry's semantic conventions for generative AI: which of our words are which of theirs. */

const operationNames: Readonly<Record<string, string>> = {
  generate: 'chat',
  completions: 'text_completion',
}

/** Google's own word for what the others call chat. */
const googleKinds = new Set(['gemini', 'vertex'])

export function operationName(kind: string, operation: string): string {
  if (operation === 'generate' && googleKinds.has(kind)) return 'generate_content'
  return operationNames[operation] ?? operation
}

const kindNames: Readonly<Record<string, string>> = {
  openai: 'openai',
  azure: 'azure.ai.openai',
  anthropic: 'anthropic',
  gemini: 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  bedrock: 'aws.bedrock',
  cohere: 'cohere',
}

/** Hosts of the OpenAI-compatible kind that the conventions name otherwise than they are usually configured. */
const hostNames: Readonly<Record<string, string>> = {
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  xai: 'x_ai',
}

export function providerName(kind: string, provider: string): string {
  return kindNames[kind] ?? hostNames[provider] ?? provider
}

/** Tokens and models stand on attempts alone: who adds up a trace must count each call once. */
export function attemptAttributes(row: AttemptRow, answer: AttemptAnswer): Attributes {
  const attributes: Attributes = { ...serverAttributes(answer.baseUrl) }
  if (answer.streamed) attributes['gen_ai.request.stream'] = true
  if (row.http_status > 0) attributes['http.response.status_code'] = row.http_status
  if (answer.model !== '') attributes['gen_ai.response.model'] = answer.model.slice(0, 256)
  if (isCode(answer.finishReason)) attributes['gen_ai.response.finish_reasons'] = [answer.finishReason]
  if (answer.streamed && row.first_token_ms !== null) {
    attributes['gen_ai.response.time_to_first_chunk'] = row.first_token_ms / 1000
  }
  if (row.usage_source !== '') {
    attributes['gen_ai.usage.input_tokens'] = row.input_tokens
    attributes['gen_ai.usage.output_tokens'] = row.output_tokens
  }
  if (row.cached_input_tokens > 0) {
    attributes['gen_ai.usage.cache_read.input_tokens'] = row.cached_input_tokens
  }
  if (row.outcome !== 'answered') attributes['error.type'] = errorType(row.error_code, row.outcome)
  return attributes
}

export function requestAttributes(row: RequestRow): Attributes {
  const attributes: Attributes = {
    'sidelight.request_id': row.request_id,
    'sidelight.cache': row.cache,
  }
  if (row.route !== '') attributes['sidelight.route'] = row.route
  if (row.http_status > 0) attributes['http.response.status_code'] = row.http_status
  if (row.cost_usd !== null) attributes['sidelight.cost_usd'] = Number(row.cost_usd)
  if (row.status !== 'ok') attributes['error.type'] = errorType(row.error_code, row.status)
  return attributes
}

/** A caller's own mistake is no error of the server that answered it; what broke off is one. */
export function isServerError(row: RequestRow): boolean {
  if (row.status === 'truncated') return true
  return row.status === 'error' && (row.http_status < 400 || row.http_status >= 500)
}

/** A call that ended because the caller left did not fail. */
export function isCallError(row: AttemptRow): boolean {
  return row.outcome !== 'answered' && row.outcome !== 'aborted'
}

function serverAttributes(baseUrl: string): Attributes {
  const url = URL.parse(baseUrl)
  if (url === null) return {}
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port)
  return { 'server.address': url.hostname.replace(/^\[|\]$/g, ''), 'server.port': port }
}

function errorType(code: string, otherwise: string): string {
  if (isCode(code)) return code
  return otherwise === '' ? '_OTHER' : otherwise
}

/** Codes come from providers: one that is a sentence might quote the request. */
function isCode(text: string): boolean {
  return /^[\w.:/-]{1,64}$/.test(text)
}
