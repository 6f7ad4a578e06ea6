import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import {
  generateText,
  jsonSchema,
  type LanguageModel,
  type LanguageModelUsage,
  type ModelMessage,
  Output,
  streamText,
  tool,
} from 'ai'
import type { JsonObject } from '../../contract/json.ts'
import {
  type Ask,
  type Client,
  type ClientAddress,
  question,
  type Seen,
  type Turn,
  toolTable,
} from './client.ts'

export type AiKind = 'openai chat' | 'openai responses' | 'anthropic'

const dialects = { 'openai chat': 'chat', 'openai responses': 'responses', anthropic: 'messages' } as const

export function aiModel(at: ClientAddress, kind: AiKind, model: string): LanguageModel {
  const settings = {
    apiKey: 'caller-key',
    baseURL: `${at.origin}/v1`,
    ...(at.headers === undefined ? {} : { headers: at.headers }),
  }
  if (kind === 'anthropic') return createAnthropic(settings)(model)
  const openai = createOpenAI(settings)
  return kind === 'openai chat' ? openai.chat(model) : openai.responses(model)
}

export function aiClient(at: ClientAddress, kind: AiKind): Client {
  return {
    name: `ai with ${kind}`,
    dialect: dialects[kind],
    ask: (ask) => send({ at, kind }, ask, [{ role: 'user', content: firstContent(ask) }]),
  }
}

function firstContent(ask: Ask) {
  const text = { type: 'text', text: question } as const
  const { image } = ask
  if (image === undefined) return [text]
  return [text, { type: 'file', data: image.data, mediaType: image.mediaType } as const]
}

const tools = Object.fromEntries(
  toolTable.map(({ name, description, schema }) => [
    name,
    tool({ description, inputSchema: jsonSchema(schema as unknown as JsonObject) }),
  ]),
)

async function send(
  from: { readonly at: ClientAddress; readonly kind: AiKind },
  ask: Ask,
  messages: ModelMessage[],
): Promise<Turn> {
  const { at, kind } = from
  const call = {
    model: aiModel(at, kind, ask.model),
    messages,
    maxRetries: at.maxRetries ?? 0,
    ...(ask.system === undefined ? {} : { system: ask.system }),
    ...(ask.withTools ? { tools } : {}),
    ...(ask.stop === undefined ? {} : { stopSequences: [...ask.stop] }),
    ...(ask.maxTokens === undefined ? {} : { maxOutputTokens: ask.maxTokens }),
    ...(ask.schema === undefined ? {} : { output: Output.object({ schema: jsonSchema(ask.schema) }) }),
    ...(kind === 'openai responses'
      ? { providerOptions: { openai: { store: false, include: ['reasoning.encrypted_content'] } } }
      : {}),
  }
  const answer = ask.streamed
    ? await streamed(call as unknown as TextCall)
    : await generateText(call as unknown as TextCall)
  const calls = answer.toolCalls
  return {
    raw: answer,
    seen: {
      text: answer.text,
      thinking: answer.reasoningText ?? '',
      calls: calls.map(({ toolName, input }) => ({ name: toolName, args: input as unknown })),
      finish: answer.finishReason.replace('-', '_'),
      usage: usageOf(answer.usage),
    },
    callIds: calls.map(({ toolCallId }) => toolCallId),
    reply: (results) =>
      send(from, ask, [
        ...messages,
        ...answer.response.messages,
        {
          role: 'tool',
          content: results.map((value, index) => ({
            type: 'tool-result' as const,
            toolCallId: calls[index]?.toolCallId ?? '',
            toolName: calls[index]?.toolName ?? '',
            output: { type: 'text' as const, value },
          })),
        },
      ]),
  }
}

/** The options of both functions; which of them are set decides their exact type. */
type TextCall = Parameters<typeof streamText>[0] & Parameters<typeof generateText>[0]

async function streamed(call: TextCall) {
  const failures: unknown[] = []
  const result = streamText({ ...call, onError: ({ error }) => void failures.push(error) })
  await result.consumeStream()
  if (failures.length > 0) throw failures[0]
  return {
    text: await result.text,
    reasoningText: await result.reasoningText,
    toolCalls: await result.toolCalls,
    finishReason: await result.finishReason,
    usage: await result.usage,
    response: await result.response,
  }
}

function usageOf(usage: LanguageModelUsage): Seen['usage'] {
  return {
    input: usage.inputTokens ?? 0,
    cached: usage.inputTokenDetails.cacheReadTokens ?? 0,
    output: usage.outputTokens ?? 0,
  }
}
