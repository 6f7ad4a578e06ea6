import {
  arrayAt,
  booleanAt,
  countAt,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  stringAt,
} from '../../../contract/json.ts'
import { readToolChoice } from './chat.ts'
import { baseModel } from './controls.ts'
import { type Ask, type Plan, type PlanUsage, planAnswer } from './plan.ts'
import { promptOf, readTools } from './prompt.ts'
import {
  type Exchange,
  eventFrame,
  type Handler,
  Refusal,
  type StreamFrame,
  streamReply,
  totalInput,
} from './reply.ts'
import { cut, estimateTokens } from './text.ts'

export const responses: Handler = (exchange) => {
  const ask = readResponses(exchange)
  const plan = planAnswer(ask, exchange)
  if (ask.stream) return streamReply(responseFrames(exchange, ask, plan), plan.usage)
  return { kind: 'json', body: whole(exchange, ask, plan), usage: plan.usage }
}

function readResponses({ body, model }: Exchange): Ask {
  const input = body['input']
  if (input === undefined) throw new Refusal('input is missing')
  const items: Json[] =
    typeof input === 'string' ? [{ role: 'user', content: input }] : arrayAt(body, 'input')
  const format = objectAt(objectAt(body, 'text'), 'format')
  const reasoning = objectAt(body, 'reasoning')
  const effort = stringAt(reasoning, 'effort')
  const shown = stringAt(reasoning, 'summary') !== undefined
  return {
    model,
    ...promptOf(items, body['instructions'] ?? undefined),
    maxTokens: countAt(body, 'max_output_tokens'),
    stream: booleanAt(body, 'stream') === true,
    tools: readTools(arrayAt(body, 'tools').filter((tool) => stringAt(tool, 'type') === 'function')),
    toolChoice: readToolChoice(body['tool_choice']),
    parallelCalls: booleanAt(body, 'parallel_tool_calls') !== false,
    format:
      stringAt(format, 'type') === 'json_schema' ? { schema: objectAt(format, 'schema') ?? {} } : undefined,
    thinking: shown ? 'shown' : effort !== undefined && effort !== 'none' ? 'hidden' : 'off',
    caching: 'automatic',
  }
}

function envelope(exchange: Exchange, plan: Plan, status: string): JsonObject {
  const { body } = exchange
  return {
    id: `resp_${plan.id}`,
    object: 'response',
    created_at: Math.floor(exchange.nowMs / 1000),
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    model: baseModel(exchange.model),
    output: [],
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    reasoning: body['reasoning'] ?? { effort: null, summary: null },
    service_tier: 'default',
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: body['text'] ?? { format: { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    usage: null,
    metadata: body['metadata'] ?? {},
  }
}

const incompleteReasons: Readonly<Partial<Record<Plan['finish'], string>>> = {
  length: 'max_output_tokens',
  filter: 'content_filter',
}

function whole(exchange: Exchange, ask: Ask, plan: Plan): JsonObject {
  const reason = incompleteReasons[plan.finish]
  return {
    ...envelope(exchange, plan, reason === undefined ? 'completed' : 'incomplete'),
    incomplete_details: reason === undefined ? null : { reason },
    output: itemsOf(exchange, ask, plan),
    usage: exchange.controls.usage === 'none' ? null : responsesUsage(plan.usage),
  }
}

export function responsesUsage(usage: PlanUsage): JsonObject {
  const input = totalInput(usage)
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: input + usage.output,
  }
}

function itemsOf(exchange: Exchange, ask: Ask, plan: Plan): JsonObject[] {
  const items: JsonObject[] = []
  if (plan.thinking.length > 0) items.push(reasoningItem(exchange, ask, plan))
  if (plan.calls.length === 0) items.push(messageItem(plan))
  for (const call of plan.calls) items.push(callItem(call))
  return items
}

function reasoningItem(exchange: Exchange, ask: Ask, plan: Plan): JsonObject {
  const shown = ask.thinking === 'shown' || exchange.controls.think
  const item: JsonObject = {
    id: `rs_${plan.id}`,
    type: 'reasoning',
    summary: shown ? [{ type: 'summary_text', text: plan.thinking.join('') }] : [],
  }
  if (arrayAt(exchange.body, 'include').includes('reasoning.encrypted_content')) {
    item['encrypted_content'] = Buffer.from(`sealed ${plan.id}`).toString('base64')
  }
  return item
}

function messageItem(plan: Plan): JsonObject {
  return {
    id: `msg_${plan.id}`,
    type: 'message',
    status: incompleteReasons[plan.finish] === undefined ? 'completed' : 'incomplete',
    role: 'assistant',
    content: [{ type: 'output_text', annotations: [], logprobs: [], text: plan.text.join('') }],
  }
}

function callItem(call: Plan['calls'][number]): JsonObject {
  return {
    id: `fc_${call.id}`,
    type: 'function_call',
    status: 'completed',
    call_id: `call_${call.id}`,
    name: call.name,
    arguments: JSON.stringify(call.arguments),
  }
}

function responseFrames(exchange: Exchange, ask: Ask, plan: Plan): StreamFrame[] {
  const frames: StreamFrame[] = []
  const emit = (event: JsonObject, tokens = 0, terminal = false) => {
    frames.push(eventFrame({ ...event, sequence_number: frames.length }, tokens, terminal))
  }
  const started = envelope(exchange, plan, 'in_progress')
  emit({ type: 'response.created', response: started })
  emit({ type: 'response.in_progress', response: started })
  itemsOf(exchange, ask, plan).forEach((item, index) => {
    emitItem(item, { index, plan, emit })
  })
  const isWhole = incompleteReasons[plan.finish] === undefined
  const type = isWhole ? 'response.completed' : 'response.incomplete'
  emit({ type, response: whole(exchange, ask, plan) }, 0, true)
  return frames
}

interface Emitting {
  readonly index: number
  readonly plan: Plan
  readonly emit: (event: JsonObject, tokens?: number) => void
}

function emitItem(item: JsonObject, emitting: Emitting): void {
  const { index, emit } = emitting
  const empty: JsonObject =
    item['type'] === 'message'
      ? { ...item, status: 'in_progress', content: [] }
      : item['type'] === 'reasoning'
        ? { ...item, summary: [] }
        : { ...item, status: 'in_progress', arguments: '' }
  emit({ type: 'response.output_item.added', output_index: index, item: empty })
  if (item['type'] === 'message') emitText(item, emitting)
  else if (item['type'] === 'reasoning') emitSummary(item, emitting)
  else emitArguments(item, emitting)
  emit({ type: 'response.output_item.done', output_index: index, item })
}

function emitText(item: JsonObject, { index, plan, emit }: Emitting): void {
  const at = { item_id: item['id'], output_index: index, content_index: 0 }
  const part = arrayAt(item, 'content')[0] as JsonObject
  emit({ type: 'response.content_part.added', ...at, part: { ...part, text: '' } })
  for (const delta of plan.text) emit({ type: 'response.output_text.delta', ...at, delta, logprobs: [] }, 1)
  emit({ type: 'response.output_text.done', ...at, text: plan.text.join(''), logprobs: [] })
  emit({ type: 'response.content_part.done', ...at, part })
}

function emitSummary(item: JsonObject, { index, plan, emit }: Emitting): void {
  const part = arrayAt(item, 'summary')[0]
  if (!isObject(part)) return
  const at = { item_id: item['id'], output_index: index, summary_index: 0 }
  emit({ type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } })
  for (const delta of plan.thinking) emit({ type: 'response.reasoning_summary_text.delta', ...at, delta }, 1)
  emit({ type: 'response.reasoning_summary_text.done', ...at, text: plan.thinking.join('') })
  emit({ type: 'response.reasoning_summary_part.done', ...at, part })
}

function emitArguments(item: JsonObject, { index, emit }: Emitting): void {
  const text = String(item['arguments'])
  const at = { item_id: item['id'], output_index: index }
  for (const delta of cut(text)) {
    emit({ type: 'response.function_call_arguments.delta', ...at, delta }, estimateTokens(delta))
  }
  emit({ type: 'response.function_call_arguments.done', ...at, arguments: text, name: item['name'] })
}
