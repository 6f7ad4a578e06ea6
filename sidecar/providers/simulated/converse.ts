import { arrayAt, countAt, type JsonObject, objectAt } from '../../../contract/json.ts'
import { encodeEventStreamEvent, encodeEventStreamMessage } from '../../streaming/event-stream.ts'
import { type Ask, type Plan, type PlanUsage, planAnswer } from './plan.ts'
import { promptOf, readTools } from './prompt.ts'
import { type Exchange, type Handler, Refusal, type StreamFrame, totalInput, type Wire } from './reply.ts'

const stopReasons = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool: 'tool_use',
  filter: 'content_filtered',
} as const
const contentType = 'application/vnd.amazon.eventstream'

/** Bedrock's `/model/{model}/converse` and `converse-stream`, whose events are binary. */
export const converse: Handler = (exchange) => {
  const isStream = exchange.path.endsWith('/converse-stream')
  const plan = planAnswer(readConverse(exchange, isStream), exchange)
  if (isStream)
    return { kind: 'stream', contentType, frames: framesOf(plan), usage: plan.usage, encoding: 'latin1' }
  const body = {
    output: { message: { role: 'assistant', content: blocksOf(plan) } },
    stopReason: stopReasons[plan.finish],
    ...metadata(plan.usage),
  }
  return { kind: 'json', body, usage: plan.usage }
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  403: 'UnrecognizedClientException',
  404: 'ResourceNotFoundException',
  429: 'ThrottlingException',
  503: 'ServiceUnavailableException',
}
const failure = 'Simulated failure'

export const converseWire: Wire = {
  error: (status, { code, message = failure }) => ({
    __type: code ?? errorTypes[status] ?? 'InternalServerException',
    message,
  }),
  errorFrame: () =>
    encodeEventStreamMessage(
      { ':message-type': 'exception', ':exception-type': 'serviceUnavailableException' },
      JSON.stringify({ message: failure }),
    ).toString('latin1'),
  ping: '',
  refusals: {
    rate: { status: 429 },
    quota: { status: 400, code: 'ServiceQuotaExceededException' },
    key: { status: 403 },
    context: { status: 400 },
    overloaded: { status: 503 },
    model: { status: 404 },
  },
}

function readConverse({ body, model }: Exchange, stream: boolean): Ask {
  const turns = arrayAt(body, 'messages')
  if (turns.length === 0) throw new Refusal('messages is missing or empty')
  const config = objectAt(body, 'toolConfig')
  return {
    model,
    ...promptOf(turns, body['system']),
    maxTokens: countAt(objectAt(body, 'inferenceConfig'), 'maxTokens'),
    stream,
    tools: readTools(arrayAt(config, 'tools').map((tool) => objectAt(tool, 'toolSpec') ?? null)),
    toolChoice: { mode: objectAt(config, 'toolChoice')?.['any'] === undefined ? 'auto' : 'required' },
    parallelCalls: true,
    format: undefined,
    thinking: 'off',
    caching: 'none',
  }
}

function blocksOf(plan: Plan): JsonObject[] {
  if (plan.calls.length === 0) return [{ text: plan.text.join('') }]
  return plan.calls.map((call) => ({
    toolUse: { toolUseId: call.id, name: call.name, input: call.arguments },
  }))
}

function metadata(usage: PlanUsage): JsonObject {
  const inputTokens = totalInput(usage)
  const tokens = { inputTokens, outputTokens: usage.output, totalTokens: inputTokens + usage.output }
  return { usage: tokens, metrics: { latencyMs: 1 } }
}

function framesOf(plan: Plan): StreamFrame[] {
  const frame = (type: string, payload: object, tokens = 0, terminal = false): StreamFrame => ({
    text: encodeEventStreamEvent(type, payload).toString('latin1'),
    tokens,
    terminal,
  })
  const words = plan.text.map((text) =>
    frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } }, 1),
  )
  const calls = plan.calls.flatMap((call, contentBlockIndex) => [
    frame('contentBlockStart', {
      contentBlockIndex,
      start: { toolUse: { toolUseId: call.id, name: call.name } },
    }),
    frame('contentBlockDelta', {
      contentBlockIndex,
      delta: { toolUse: { input: JSON.stringify(call.arguments) } },
    }),
  ])
  return [
    frame('messageStart', { role: 'assistant' }),
    ...(plan.calls.length > 0 ? calls : words),
    frame('contentBlockStop', { contentBlockIndex: 0 }),
    frame('messageStop', { stopReason: stopReasons[plan.finish] }, 0, true),
    frame('metadata', metadata(plan.usage), 0, true),
  ]
}
