import { arrayAt, booleanAt, countAt, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import { baseModel } from './controls.ts'
import { type Ask, noUsage, type Plan, type PlanUsage, planAnswer } from './plan.ts'
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

const stopReasons = { stop: 'end_turn', length: 'max_tokens', tool: 'tool_use', filter: 'refusal' } as const

export const messages: Handler = (exchange) => {
  if (countAt(exchange.body, 'max_tokens') === undefined) throw new Refusal('max_tokens: Field required')
  const ask = readMessages(exchange)
  const plan = planAnswer(ask, exchange)
  if (ask.stream) return streamReply(messageFrames(exchange, plan), plan.usage)
  const body: JsonObject = {
    ...shell(exchange, plan),
    content: blocksOf(plan),
    stop_reason: stopReasons[plan.finish],
    stop_sequence: null,
  }
  if (exchange.controls.usage !== 'none') body['usage'] = messagesUsage(plan.usage)
  return { kind: 'json', body, usage: plan.usage }
}

export const countTokens: Handler = (exchange) => {
  const { usage } = planAnswer(readMessages(exchange), exchange)
  return { kind: 'json', body: { input_tokens: totalInput(usage) }, usage: noUsage }
}

function readMessages({ body, model, raw }: Exchange): Ask {
  const turns = arrayAt(body, 'messages')
  if (turns.length === 0) throw new Refusal('messages: Field required')
  const format = objectAt(objectAt(body, 'output_config'), 'format')
  const choice = objectAt(body, 'tool_choice')
  const thinking = stringAt(objectAt(body, 'thinking'), 'type')
  return {
    model,
    ...promptOf(turns, body['system'] ?? undefined),
    maxTokens: countAt(body, 'max_tokens'),
    stream: booleanAt(body, 'stream') === true,
    tools: readTools(arrayAt(body, 'tools')),
    toolChoice: readToolChoice(choice),
    parallelCalls: booleanAt(choice, 'disable_parallel_tool_use') !== true,
    format:
      stringAt(format, 'type') === 'json_schema' ? { schema: objectAt(format, 'schema') ?? {} } : undefined,
    thinking: thinking === undefined || thinking === 'disabled' ? 'off' : 'shown',
    caching: raw.includes('"cache_control"') ? 'marked' : 'none',
  }
}

function readToolChoice(choice: JsonObject | undefined): Ask['toolChoice'] {
  switch (stringAt(choice, 'type')) {
    case 'any':
      return { mode: 'required' }
    case 'none':
      return { mode: 'none' }
    case 'tool':
      return { mode: 'required', names: [stringAt(choice, 'name') ?? ''] }
    default:
      return { mode: 'auto' }
  }
}

function shell(exchange: Exchange, plan: Plan): JsonObject {
  return { id: `msg_${plan.id}`, type: 'message', role: 'assistant', model: baseModel(exchange.model) }
}

export function messagesUsage(usage: PlanUsage): JsonObject {
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite, ephemeral_1h_input_tokens: 0 },
    output_tokens: usage.output,
    service_tier: 'standard',
  }
}

/** Nobody checks it, but it comes back unchanged or the test that replays it fails. */
function signatureOf(plan: Plan): string {
  return Buffer.from(`signed ${plan.id}`).toString('base64')
}

function blocksOf(plan: Plan): JsonObject[] {
  const blocks: JsonObject[] = []
  if (plan.thinking.length > 0) {
    blocks.push({ type: 'thinking', thinking: plan.thinking.join(''), signature: signatureOf(plan) })
  }
  if (plan.calls.length === 0) blocks.push({ type: 'text', text: plan.text.join('') })
  for (const call of plan.calls) {
    blocks.push({ type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: call.arguments })
  }
  return blocks
}

function messageFrames(exchange: Exchange, plan: Plan): StreamFrame[] {
  const mode = exchange.controls.usage
  const first = mode === 'late' || mode === 'none' ? noUsage : { ...plan.usage, output: 1 }
  const message = { ...shell(exchange, plan), content: [], stop_reason: null, stop_sequence: null }
  const frames = [
    eventFrame({ type: 'message_start', message: { ...message, usage: messagesUsage(first) } }),
    eventFrame({ type: 'ping' }),
    ...blocksOf(plan).flatMap((block, index) => blockFrames(block, index, plan)),
  ]
  const delta = { stop_reason: stopReasons[plan.finish], stop_sequence: null }
  const usage = mode === 'none' ? messagesUsage(noUsage) : lastUsage(plan.usage)
  frames.push(eventFrame({ type: 'message_delta', delta, usage }))
  frames.push(eventFrame({ type: 'message_stop' }, 0, true))
  return frames
}

function lastUsage(usage: PlanUsage): JsonObject {
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } =
    messagesUsage(usage)
  return { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens }
}

function blockFrames(block: JsonObject, index: number, plan: Plan): StreamFrame[] {
  const { empty, deltas } = unrolled(block, plan)
  return [
    eventFrame({ type: 'content_block_start', index, content_block: empty }),
    ...deltas.map(({ delta, tokens }) => eventFrame({ type: 'content_block_delta', index, delta }, tokens)),
    eventFrame({ type: 'content_block_stop', index }),
  ]
}

interface Unrolled {
  readonly empty: JsonObject
  readonly deltas: readonly { readonly delta: JsonObject; readonly tokens: number }[]
}

function unrolled(block: JsonObject, plan: Plan): Unrolled {
  if (block['type'] === 'thinking') {
    const text = plan.thinking.map((thinking) => ({ delta: { type: 'thinking_delta', thinking }, tokens: 1 }))
    const proof = { delta: { type: 'signature_delta', signature: block['signature'] }, tokens: 0 }
    return { empty: { type: 'thinking', thinking: '', signature: '' }, deltas: [...text, proof] }
  }
  if (block['type'] === 'text') {
    const deltas = plan.text.map((text) => ({ delta: { type: 'text_delta', text }, tokens: 1 }))
    return { empty: { type: 'text', text: '' }, deltas }
  }
  const pieces = ['', ...cut(JSON.stringify(block['input']))]
  const deltas = pieces.map((piece) => ({
    delta: { type: 'input_json_delta', partial_json: piece },
    tokens: estimateTokens(piece),
  }))
  return { empty: { ...block, input: {} }, deltas }
}
