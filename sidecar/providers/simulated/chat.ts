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
import { baseModel } from './controls.ts'
import { type Ask, type Plan, type PlanUsage, planAnswer } from './plan.ts'
import { promptOf, readTools } from './prompt.ts'
import {
  dataFrame,
  type Exchange,
  type Handler,
  Refusal,
  type StreamFrame,
  streamReply,
  totalInput,
} from './reply.ts'
import { cut, estimateTokens } from './text.ts'

const finishNames = { stop: 'stop', length: 'length', tool: 'tool_calls', filter: 'content_filter' } as const
const choicesMax = 16

export const chatCompletions: Handler = (exchange) => {
  const ask = readChat(exchange)
  const count = Math.min(choicesMax, countAt(exchange.body, 'n') || 1)
  const plans = Array.from({ length: count }, (_, choice) => planAnswer(ask, exchange, choice))
  const first = plans[0] as Plan
  const usage = sumUsage(plans)
  if (ask.stream)
    return streamReply(chatFrames({ exchange, plans, usage, showThinking: shown(exchange, ask) }), usage)
  const body: JsonObject = {
    ...head(exchange, first, 'chat.completion'),
    choices: plans.map((plan, index) => ({
      index,
      message: messageOf(plan, shown(exchange, ask)),
      logprobs: null,
      finish_reason: finishNames[plan.finish],
    })),
  }
  if (exchange.controls.usage !== 'none') body['usage'] = chatUsage(usage)
  return { kind: 'json', body, usage }
}

function shown(exchange: Exchange, ask: Ask): boolean {
  return exchange.controls.think || ask.thinking === 'shown'
}

function readChat({ body, model }: Exchange): Ask {
  const messages = arrayAt(body, 'messages')
  if (messages.length === 0) throw new Refusal('messages is missing or empty')
  const format = objectAt(body, 'response_format')
  const effort = stringAt(body, 'reasoning_effort')
  const switched =
    stringAt(objectAt(body, 'thinking'), 'type') === 'enabled' || booleanAt(body, 'enable_thinking')
  return {
    model,
    ...promptOf(messages),
    maxTokens: countAt(body, 'max_completion_tokens') ?? countAt(body, 'max_tokens'),
    stream: booleanAt(body, 'stream') === true,
    tools: readTools(arrayAt(body, 'tools').map((tool) => objectAt(tool, 'function') ?? null)),
    toolChoice: readToolChoice(body['tool_choice']),
    parallelCalls: booleanAt(body, 'parallel_tool_calls') !== false,
    format: readFormat(format),
    thinking: switched ? 'shown' : effort !== undefined && effort !== 'none' ? 'hidden' : 'off',
    caching: 'automatic',
  }
}

function readFormat(format: JsonObject | undefined): Ask['format'] {
  const type = stringAt(format, 'type')
  if (type === 'json_schema') return { schema: objectAt(objectAt(format, 'json_schema'), 'schema') ?? {} }
  return type === 'json_object' ? { schema: { properties: { answer: { type: 'string' } } } } : undefined
}

export function readToolChoice(choice: Json | undefined): Ask['toolChoice'] {
  if (choice === 'required' || choice === 'none') return { mode: choice }
  if (!isObject(choice)) return { mode: 'auto' }
  const name = stringAt(objectAt(choice, 'function'), 'name') ?? stringAt(choice, 'name')
  return name === undefined ? { mode: 'auto' } : { mode: 'required', names: [name] }
}

function head(exchange: Exchange, plan: Plan, object: string): JsonObject {
  return {
    id: `chatcmpl-${plan.id}`,
    object,
    created: Math.floor(exchange.nowMs / 1000),
    model: baseModel(exchange.model),
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
  }
}

function messageOf(plan: Plan, showThinking: boolean): JsonObject {
  const message: JsonObject = {
    role: 'assistant',
    content: plan.calls.length > 0 ? null : plan.text.join(''),
    refusal: null,
  }
  if (showThinking && plan.thinking.length > 0) message['reasoning_content'] = plan.thinking.join('')
  if (plan.calls.length > 0) message['tool_calls'] = plan.calls.map((call) => toolCall(call))
  return message
}

function toolCall(call: Plan['calls'][number], argumentsText = JSON.stringify(call.arguments)): JsonObject {
  return { id: `call_${call.id}`, type: 'function', function: { name: call.name, arguments: argumentsText } }
}

export function chatUsage(usage: PlanUsage): JsonObject {
  const prompt = totalInput(usage)
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** The prompt is paid once, however many answers were asked for. */
function sumUsage(plans: readonly Plan[]): PlanUsage {
  const usage = (plans[0] as Plan).usage
  const rest = plans.slice(1)
  return {
    ...usage,
    output: rest.reduce((sum, plan) => sum + plan.usage.output, usage.output),
    reasoning: rest.reduce((sum, plan) => sum + plan.usage.reasoning, usage.reasoning),
  }
}

interface ChatStream {
  readonly exchange: Exchange
  readonly plans: readonly Plan[]
  readonly usage: PlanUsage
  readonly showThinking: boolean
}

function chatFrames({ exchange, plans, usage, showThinking }: ChatStream): StreamFrame[] {
  const { controls, body } = exchange
  const asked = booleanAt(objectAt(body, 'stream_options'), 'include_usage') === true
  const states = (asked || controls.usage === 'late') && controls.usage !== 'none'
  const base = head(exchange, plans[0] as Plan, 'chat.completion.chunk')
  const every = controls.usage === 'every' ? { usage: chatUsage(usage) } : states ? { usage: null } : {}
  const chunk = (choices: Json[], tokens = 0) => dataFrame({ ...base, choices, ...every }, tokens)
  const frames = plans.flatMap((plan, index) =>
    deltas(plan, showThinking).map(({ delta, finish, tokens }) =>
      chunk([{ index, delta, logprobs: null, finish_reason: finish ?? null }], tokens),
    ),
  )
  if (states) frames.push(dataFrame({ ...base, choices: [], usage: chatUsage(usage) }))
  frames.push({ text: 'data: [DONE]\n\n', tokens: 0, terminal: true })
  return frames
}

interface Delta {
  readonly delta: JsonObject
  readonly tokens: number
  readonly finish?: string
}

function deltas(plan: Plan, showThinking: boolean): Delta[] {
  // Thinking that is not shown is billed all the same, before anything else arrives.
  const hidden = showThinking ? 0 : plan.thinking.length
  const list: Delta[] = [{ delta: { role: 'assistant', content: '', refusal: null }, tokens: hidden }]
  if (showThinking)
    for (const piece of plan.thinking) list.push({ delta: { reasoning_content: piece }, tokens: 1 })
  for (const piece of plan.text) list.push({ delta: { content: piece }, tokens: 1 })
  plan.calls.forEach((call, index) => {
    list.push({ delta: { tool_calls: [{ index, ...toolCall(call, '') }] }, tokens: 1 })
    for (const piece of cut(JSON.stringify(call.arguments))) {
      list.push({
        delta: { tool_calls: [{ index, function: { arguments: piece } }] },
        tokens: estimateTokens(piece),
      })
    }
  })
  list.push({ delta: {}, tokens: 0, finish: finishNames[plan.finish] })
  return list
}
