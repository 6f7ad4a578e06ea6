import { arrayAt, booleanAt, countAt, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import { baseModel } from './controls.ts'
import { embeddingOf } from './embedding.ts'
import { type Ask, noUsage, type Plan, type PlanUsage, planAnswer } from './plan.ts'
import { promptOf, readTools } from './prompt.ts'
import {
  type Exchange,
  type Handler,
  Refusal,
  type Reply,
  type StreamFrame,
  streamReply,
  totalInput,
} from './reply.ts'
import { estimateTokens } from './text.ts'

const finishNames = { stop: 'STOP', length: 'MAX_TOKENS', tool: 'STOP', filter: 'SAFETY' } as const

/** `/v1beta/models/{model}:{method}`. */
export const gemini: Handler = (exchange) => {
  switch (exchange.path.split(':').at(-1)) {
    case 'countTokens':
      return countTokens(exchange)
    case 'embedContent':
      return embedContent(exchange)
    case 'batchEmbedContents':
      return batchEmbedContents(exchange)
    case 'streamGenerateContent':
      return generate(exchange, true)
    default:
      return generate(exchange, false)
  }
}

function generate(exchange: Exchange, stream: boolean): Reply {
  const plan = planAnswer(readGemini(exchange, stream), exchange)
  if (!stream) return { kind: 'json', body: chunk(exchange, plan, partsOf(plan), true), usage: plan.usage }
  const frames = geminiFrames(exchange, plan)
  return exchange.query.get('alt') === 'sse'
    ? streamReply(frames.map(asEvent), plan.usage)
    : {
        kind: 'stream',
        contentType: 'application/json; charset=utf-8',
        frames: asArray(frames),
        usage: plan.usage,
      }
}

function asEvent(frame: StreamFrame): StreamFrame {
  return { ...frame, text: `data: ${frame.text}\r\n\r\n` }
}

function asArray(frames: readonly StreamFrame[]): StreamFrame[] {
  const last = frames.length - 1
  return frames.map((frame, k) => ({
    ...frame,
    text: `${k === 0 ? '[' : ',\n'}${frame.text}${k === last ? ']' : ''}`,
  }))
}

function readGemini({ body, model }: Exchange, stream: boolean): Ask {
  const contents = arrayAt(body, 'contents')
  if (contents.length === 0) throw new Refusal('contents is not specified')
  const config = objectAt(body, 'generationConfig')
  const schema = objectAt(config, 'responseJsonSchema') ?? objectAt(config, 'responseSchema')
  const isJson = stringAt(config, 'responseMimeType') === 'application/json'
  const thinkingConfig = objectAt(config, 'thinkingConfig')
  const shown = booleanAt(thinkingConfig, 'includeThoughts') === true
  // Turns without a role are the user's.
  const turns = contents.map((turn) => ({ role: 'user', ...(turn as JsonObject) }))
  return {
    model,
    ...promptOf(turns, body['systemInstruction'] ?? body['system_instruction']),
    maxTokens: countAt(config, 'maxOutputTokens'),
    stream,
    tools: readTools(arrayAt(body, 'tools').flatMap((tool) => arrayAt(tool, 'functionDeclarations'))),
    toolChoice: readToolChoice(objectAt(objectAt(body, 'toolConfig'), 'functionCallingConfig')),
    parallelCalls: true,
    format: isJson ? { schema: schema ?? { properties: { answer: { type: 'string' } } } } : undefined,
    thinking: shown
      ? 'shown'
      : thinkingConfig && countAt(thinkingConfig, 'thinkingBudget') !== 0
        ? 'hidden'
        : 'off',
    caching: 'automatic',
  }
}

function readToolChoice(config: JsonObject | undefined): Ask['toolChoice'] {
  const names = arrayAt(config, 'allowedFunctionNames').filter((name) => typeof name === 'string')
  const mode = stringAt(config, 'mode')
  if (mode === 'NONE') return { mode: 'none' }
  return { mode: mode === 'ANY' ? 'required' : 'auto', ...(names.length > 0 ? { names } : {}) }
}

interface Part {
  readonly json: JsonObject
  readonly tokens: number
}

function partsOf(plan: Plan): Part[] {
  const parts: Part[] = []
  const say = (pieces: readonly string[], extra: JsonObject) => {
    if (pieces.length > 0) parts.push({ json: { text: pieces.join(''), ...extra }, tokens: pieces.length })
  }
  say(plan.thinking, { thought: true })
  say(plan.text, {})
  plan.calls.forEach((call, k) => {
    const functionCall = { id: `call_${call.id}`, name: call.name, args: call.arguments }
    const signature = k === 0 ? { thoughtSignature: Buffer.from(`signed ${plan.id}`).toString('base64') } : {}
    parts.push({ json: { functionCall, ...signature }, tokens: estimateTokens(JSON.stringify(functionCall)) })
  })
  return parts
}

function chunk(exchange: Exchange, plan: Plan, parts: readonly Part[], last: boolean): JsonObject {
  const mode = exchange.controls.usage
  const states = mode !== 'none' && (last || mode !== 'late')
  const candidate: JsonObject = {
    content: { parts: parts.map((part) => part.json), role: 'model' },
    index: 0,
  }
  if (last) candidate['finishReason'] = finishNames[plan.finish]
  const body: JsonObject = { candidates: [candidate] }
  if (states) body['usageMetadata'] = usageMetadata(plan.usage)
  return { ...body, modelVersion: baseModel(exchange.model), responseId: plan.id }
}

export function usageMetadata(usage: PlanUsage): JsonObject {
  const prompt = totalInput(usage)
  const metadata: JsonObject = {
    promptTokenCount: prompt,
    candidatesTokenCount: usage.output - usage.reasoning,
    totalTokenCount: prompt + usage.output,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
  }
  if (usage.cacheRead > 0) metadata['cachedContentTokenCount'] = usage.cacheRead
  if (usage.reasoning > 0) metadata['thoughtsTokenCount'] = usage.reasoning
  return metadata
}

/** Gemini streams in larger pieces than the others do. */
const piecesPerFrame = 4

function geminiFrames(exchange: Exchange, plan: Plan): StreamFrame[] {
  const thinking = grouped(plan.thinking, { thought: true })
  const calls = partsOf({ ...plan, thinking: [], text: [] })
  const parts = [...thinking, ...grouped(plan.text, {}), ...calls]
  const frames = parts.map((part) => ({
    text: JSON.stringify(chunk(exchange, plan, [part], false)),
    tokens: part.tokens,
  }))
  const end = JSON.stringify(chunk(exchange, plan, [{ json: { text: '' }, tokens: 0 }], true))
  return [...frames, { text: end, tokens: 0, terminal: true }]
}

function grouped(pieces: readonly string[], extra: JsonObject): Part[] {
  const parts: Part[] = []
  for (let at = 0; at < pieces.length; at += piecesPerFrame) {
    const group = pieces.slice(at, at + piecesPerFrame)
    parts.push({ json: { text: group.join(''), ...extra }, tokens: group.length })
  }
  return parts
}

function countTokens(exchange: Exchange): Reply {
  const inner = objectAt(exchange.body, 'generateContentRequest') ?? exchange.body
  const { usage } = planAnswer(readGemini({ ...exchange, body: inner }, false), exchange)
  const totalTokens = totalInput(usage)
  const body = { totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] }
  return { kind: 'json', body, usage: noUsage }
}

const defaultDimensions = 768

function valuesFor(request: JsonObject) {
  const { prompt } = promptOf([], request['content'])
  return {
    prompt,
    values: embeddingOf(prompt, countAt(request, 'outputDimensionality') ?? defaultDimensions),
  }
}

function embedContent(exchange: Exchange): Reply {
  const { prompt, values } = valuesFor(exchange.body)
  const usage = { ...noUsage, input: estimateTokens(prompt) }
  return { kind: 'json', body: { embedding: { values } }, usage }
}

function batchEmbedContents(exchange: Exchange): Reply {
  const made = arrayAt(exchange.body, 'requests').map((request) => valuesFor(request as JsonObject))
  const input = made.reduce((sum, { prompt }) => sum + estimateTokens(prompt), 0)
  return {
    kind: 'json',
    body: { embeddings: made.map(({ values }) => ({ values })) },
    usage: { ...noUsage, input },
  }
}
