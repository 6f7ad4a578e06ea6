import { type Json, type JsonObject, objectAt } from '../../../contract/json.ts'
import { tokenColumns, type Usage } from '../../../contract/usage.ts'
import type { FinishReason } from '../../conversation/answer.ts'
import type { AnswerFrame } from '../dialect.ts'
import { tokenOf } from './items.ts'

export type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed'

export interface ResponseState {
  readonly status: Status
  readonly output: JsonObject[]
  readonly finish?: FinishReason | undefined
  readonly usage?: Usage | undefined
  readonly error?: { readonly code: string; readonly message: string } | undefined
  /** The Response as the provider that began it stated it. */
  readonly base?: JsonObject | undefined
}

/** The Response object, whole: SDKs and their users read the echoed settings, too. */
export function responseObject(frame: AnswerFrame, state: ResponseState): JsonObject {
  return {
    ...responseShell({ requestId: frame.requestId, model: frame.model, createdAtMs: frame.createdAtMs }),
    // Nobody has kept an answer that two providers wrote.
    ...(state.base === undefined ? echo(frame.body) : { ...state.base, store: false }),
    status: state.status,
    output: state.output,
    error: state.error ? { code: state.error.code, message: state.error.message } : null,
    incomplete_details: state.status === 'incomplete' ? { reason: incompleteReason(state.finish) } : null,
    service_tier: servedTier(state.usage, frame.body),
    usage: state.usage ? usageObject(state.usage) : null,
  }
}

/** What a Response has even when nothing is known of the request. */
export function responseShell(known: { requestId: string; model: string; createdAtMs: number }): JsonObject {
  return {
    id: `resp_${tokenOf(known.requestId)}`,
    object: 'response',
    created_at: Math.floor(known.createdAtMs / 1000),
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    max_tool_calls: null,
    model: known.model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: 'default',
    // Translated answers are kept nowhere, whatever the caller asked.
    store: false,
    temperature: 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    usage: null,
    user: null,
    metadata: {},
  }
}

const echoed = [
  ...['instructions', 'max_output_tokens', 'max_tool_calls', 'metadata', 'parallel_tool_calls'],
  ...['prompt_cache_key', 'safety_identifier', 'temperature', 'tool_choice', 'tools', 'top_p', 'user'],
]

function echo(body: JsonObject): JsonObject {
  const fields: JsonObject = {}
  for (const key of echoed) {
    const value = body[key]
    if (value !== undefined && value !== null) fields[key] = value
  }
  fields['reasoning'] = merged({ effort: null, summary: null }, objectAt(body, 'reasoning'))
  fields['text'] = merged({ format: { type: 'text' }, verbosity: 'medium' }, objectAt(body, 'text'))
  return fields
}

function merged(defaults: JsonObject, given: JsonObject | undefined): JsonObject {
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== null && value !== undefined)
  return { ...defaults, ...Object.fromEntries(set) }
}

export function statusOf(finish: FinishReason | undefined): Status {
  return finish === 'length' || finish === 'content_filter' ? 'incomplete' : 'completed'
}

function incompleteReason(finish: FinishReason | undefined): string {
  return finish === 'content_filter' ? 'content_filter' : 'max_output_tokens'
}

const tiers: readonly (Json | undefined)[] = ['auto', 'default', 'flex', 'scale', 'priority', 'ultrafast']

/** Other vendors' tier names mean nothing here; what is not OpenAI's is the standard tier. */
function servedTier(usage: Usage | undefined, body: JsonObject): string {
  if (usage === undefined) return tiers.includes(body['service_tier']) ? String(body['service_tier']) : 'auto'
  return tiers.includes(usage.serviceTier) ? String(usage.serviceTier) : 'default'
}

function usageObject(usage: Usage): JsonObject {
  const columns = tokenColumns(usage)
  return {
    input_tokens: columns.input_tokens,
    input_tokens_details: {
      cached_tokens: columns.cached_input_tokens,
      cache_write_tokens: columns.cache_write_tokens,
    },
    output_tokens: columns.output_tokens,
    output_tokens_details: { reasoning_tokens: columns.reasoning_tokens },
    total_tokens: columns.input_tokens + columns.output_tokens,
  }
}
