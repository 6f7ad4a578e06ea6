import { arrayAt, booleanAt, countAt, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
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
  type Wire,
} from './reply.ts'

const finishNames = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  tool: 'TOOL_CALL',
  filter: 'ERROR_TOXIC',
} as const

/** Cohere's `/v2/chat`. */
export const cohereChat: Handler = (exchange) => {
  const ask = readChat(exchange)
  const plan = planAnswer(ask, exchange)
  if (ask.stream) return streamReply(cohereFrames(plan), plan.usage)
  const body = {
    id: plan.id,
    finish_reason: finishNames[plan.finish],
    message: messageOf(plan),
    usage: cohereUsage(plan.usage),
  }
  return { kind: 'json', body, usage: plan.usage }
}

/** Errors have words and nothing else; in a stream they end it. */
export const cohereWire: Wire = {
  error: (_, { message = 'Simulated failure' }) => ({ message }),
  errorFrame: () => messageEnd('ERROR', undefined).text,
  ping: ': keep-alive\n\n',
  refusals: {
    rate: { status: 429 },
    quota: { status: 402 },
    key: { status: 401 },
    context: { status: 400 },
    overloaded: { status: 503 },
    model: { status: 404 },
  },
}

function readChat({ body, model }: Exchange): Ask {
  const messages = arrayAt(body, 'messages')
  if (messages.length === 0) throw new Refusal('messages is missing or empty')
  const format = objectAt(body, 'response_format')
  return {
    model,
    ...promptOf(messages),
    maxTokens: countAt(body, 'max_tokens'),
    stream: booleanAt(body, 'stream') === true,
    tools: readTools(arrayAt(body, 'tools').map((tool) => objectAt(tool, 'function') ?? null)),
    toolChoice: { mode: stringAt(body, 'tool_choice') === 'REQUIRED' ? 'required' : 'auto' },
    parallelCalls: true,
    format:
      stringAt(format, 'type') === 'json_object'
        ? { schema: objectAt(format, 'json_schema') ?? objectAt(format, 'schema') ?? {} }
        : undefined,
    thinking: stringAt(objectAt(body, 'thinking'), 'type') === 'enabled' ? 'shown' : 'off',
    caching: 'none',
  }
}

function messageOf(plan: Plan): JsonObject {
  const message: JsonObject = { role: 'assistant' }
  if (plan.calls.length > 0) return { ...message, tool_calls: plan.calls.map(toolCall) }
  const thinking = plan.thinking.join('')
  const text = { type: 'text', text: plan.text.join('') }
  return { ...message, content: thinking === '' ? [text] : [{ type: 'thinking', thinking }, text] }
}

function toolCall(call: Plan['calls'][number]): JsonObject {
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }
}

function cohereUsage(usage: PlanUsage): JsonObject {
  const tokens = { input_tokens: totalInput(usage), output_tokens: usage.output }
  return { billed_units: tokens, tokens }
}

function cohereFrames(plan: Plan): StreamFrame[] {
  const frames = [
    eventFrame({ type: 'message-start', id: plan.id, delta: { message: { role: 'assistant' } } }),
  ]
  const block = (index: number, kind: 'text' | 'thinking', pieces: readonly string[]) => {
    const content = (text: string) => ({ message: { content: { type: kind, [kind]: text } } })
    frames.push(
      eventFrame({ type: 'content-start', index, delta: content('') }),
      ...pieces.map((text) => eventFrame({ type: 'content-delta', index, delta: content(text) }, 1)),
      eventFrame({ type: 'content-end', index }),
    )
  }
  if (plan.thinking.length > 0) block(0, 'thinking', plan.thinking)
  if (plan.calls.length === 0) block(plan.thinking.length > 0 ? 1 : 0, 'text', plan.text)
  plan.calls.forEach((call, index) => {
    const delta = { message: { tool_calls: toolCall(call) } }
    frames.push(
      eventFrame({ type: 'tool-call-start', index, delta }),
      eventFrame({ type: 'tool-call-end', index }),
    )
  })
  return [...frames, messageEnd(finishNames[plan.finish], plan.usage)]
}

function messageEnd(reason: string, usage: PlanUsage | undefined): StreamFrame {
  const delta = { finish_reason: reason, ...(usage === undefined ? {} : { usage: cohereUsage(usage) }) }
  return eventFrame({ type: 'message-end', delta }, 0, true)
}
