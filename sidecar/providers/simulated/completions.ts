import { booleanAt, countAt, type JsonObject, objectAt } from '../../../contract/json.ts'
import { chatUsage } from './chat.ts'
import { baseModel } from './controls.ts'
import { inputsOf } from './embedding.ts'
import { type Plan, type PlanUsage, planAnswer } from './plan.ts'
import { dataFrame, type Exchange, type Handler, type StreamFrame, streamReply } from './reply.ts'

/** The legacy completions: prompt in, text out. */
export const completions: Handler = (exchange) => {
  const { body } = exchange
  const plans = inputsOf(body['prompt'] ?? '').map((prompt) => planFor(prompt, exchange))
  const usage = plans.map((plan) => plan.usage).reduce(add)
  if (booleanAt(body, 'stream') === true) return streamReply(framesOf(exchange, plans, usage), usage)
  const choices = plans.map((plan, index) => ({
    text: plan.text.join(''),
    index,
    logprobs: null,
    finish_reason: finishOf(plan),
  }))
  return { kind: 'json', body: { ...head(exchange, plans), choices, usage: chatUsage(usage) }, usage }
}

const finishOf = ({ finish }: Plan) => (finish === 'filter' ? 'content_filter' : finish)

function planFor(prompt: string, exchange: Exchange): Plan {
  const ask = {
    model: exchange.model,
    prompt,
    lastUserText: prompt,
    lastAssistantText: '',
    mediaParts: 0,
    maxTokens: countAt(exchange.body, 'max_tokens') ?? 16,
    stream: false,
    tools: [],
    toolChoice: { mode: 'none' },
    parallelCalls: false,
    afterTool: false,
    format: undefined,
    thinking: 'off',
    caching: 'automatic',
  } as const
  return planAnswer(ask, exchange)
}

function add(a: PlanUsage, b: PlanUsage): PlanUsage {
  return {
    input: a.input + b.input,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
  }
}

function head(exchange: Exchange, plans: readonly Plan[]): JsonObject {
  return {
    id: `cmpl-${plans[0]?.id}`,
    object: 'text_completion',
    created: Math.floor(exchange.nowMs / 1000),
    model: baseModel(exchange.model),
  }
}

function framesOf(exchange: Exchange, plans: readonly Plan[], usage: PlanUsage): StreamFrame[] {
  const base = head(exchange, plans)
  const frames = plans.flatMap((plan, index) => {
    const choice = (text: string, finish: string | null) => ({
      ...base,
      choices: [{ text, index, logprobs: null, finish_reason: finish }],
    })
    return [
      ...plan.text.map((piece) => dataFrame(choice(piece, null), 1)),
      dataFrame(choice('', finishOf(plan))),
    ]
  })
  if (booleanAt(objectAt(exchange.body, 'stream_options'), 'include_usage') === true) {
    frames.push(dataFrame({ ...base, choices: [], usage: chatUsage(usage) }))
  }
  return [...frames, { text: 'data: [DONE]\n\n', tokens: 0, terminal: true }]
}
