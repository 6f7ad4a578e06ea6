import OpenAI from 'openai'
import { arrayAt, type JsonObject, stringAt } from '../../contract/json.ts'
import {
  type Ask,
  type Client,
  type ClientAddress,
  question,
  type Seen,
  type Turn,
  toolTable,
} from './client.ts'

type Message = OpenAI.Chat.ChatCompletionMessageParam
type Completion = OpenAI.Chat.ChatCompletion

export function openaiClient(at: ClientAddress): OpenAI {
  return new OpenAI({
    baseURL: `${at.origin}/v1`,
    apiKey: 'caller-key',
    maxRetries: at.maxRetries ?? 0,
    ...(at.headers === undefined ? {} : { defaultHeaders: at.headers }),
  })
}

/** `collects`: the application keeps what streams bring besides OpenAI's own fields, and sends it back. */
export function chatClient(at: ClientAddress, options: { readonly collects: boolean }): Client {
  const client = openaiClient(at)
  return {
    name: options.collects ? 'openai chat' : 'openai chat, dropping foreign fields',
    dialect: 'chat',
    ask: (ask) => send(client, ask, firstMessages(ask), options.collects),
  }
}

function firstMessages(ask: Ask): Message[] {
  const image = ask.image
  const content: OpenAI.Chat.ChatCompletionContentPart[] = [{ type: 'text', text: question }]
  if (image !== undefined)
    content.push({ type: 'image_url', image_url: { url: `data:${image.mediaType};base64,${image.data}` } })
  return [
    ...(ask.system === undefined ? [] : [{ role: 'system', content: ask.system } as const]),
    { role: 'user', content: image === undefined ? question : content },
  ]
}

async function send(client: OpenAI, ask: Ask, messages: Message[], collects: boolean): Promise<Turn> {
  const body = {
    model: ask.model,
    messages,
    ...(ask.withTools ? { tools: toolTable.map((tool) => toolOf(tool)) } : {}),
    ...(ask.schema === undefined
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'person', schema: ask.schema, strict: true },
          } as const,
        }),
    ...(ask.stop === undefined ? {} : { stop: [...ask.stop] }),
    ...(ask.maxTokens === undefined ? {} : { max_completion_tokens: ask.maxTokens }),
  }
  const { completion, extra } = ask.streamed
    ? await streamed(client, body)
    : { completion: await client.chat.completions.create(body), extra: {} }
  const message = completion.choices[0]?.message
  if (message === undefined) throw new Error('no choice in the answer')
  const kept = collects ? { ...message, ...extra } : withoutForeign(message)
  const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function')
  return {
    raw: completion,
    seen: seenOf(completion, { ...message, ...extra } as unknown as JsonObject),
    callIds: calls.map((call) => call.id),
    reply: (results) =>
      send(
        client,
        ask,
        [
          ...messages,
          kept as Message,
          ...results.map(
            (content, index) => ({ role: 'tool', tool_call_id: calls[index]?.id ?? '', content }) as const,
          ),
        ],
        collects,
      ),
  }
}

function toolOf(tool: (typeof toolTable)[number]) {
  const { name, description, schema } = tool
  return {
    type: 'function' as const,
    function: { name, description, parameters: { ...schema }, strict: true },
  }
}

/** Fields that are not OpenAI's are collected chunk by chunk, as applications do that show thinking. */
async function streamed(client: OpenAI, body: Omit<OpenAI.Chat.ChatCompletionCreateParams, 'stream'>) {
  const stream = client.chat.completions.stream({ ...body, stream_options: { include_usage: true } })
  let thinking = ''
  const details: unknown[] = []
  stream.on('chunk', (chunk) => {
    const delta: unknown = chunk.choices[0]?.delta
    thinking += stringAt(delta, 'reasoning_content') ?? stringAt(delta, 'reasoning') ?? ''
    // Mistral's own streams bring thinking inside the content.
    details.push(...arrayAt(delta, 'reasoning_details'))
  })
  const completion: Completion = await stream.finalChatCompletion()
  const extra = {
    ...(thinking === '' ? {} : { reasoning_content: thinking }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
  }
  return { completion, extra }
}

function withoutForeign(message: OpenAI.Chat.ChatCompletionMessage): Message {
  const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function')
  return {
    role: 'assistant',
    content: message.content,
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, type, function: { name, arguments: json } }) => ({
            id,
            type,
            function: { name, arguments: json },
          })),
        }),
  }
}

function seenOf(completion: Completion, message: JsonObject): Seen {
  const usage = completion.usage
  if (usage === undefined) throw new Error('no usage in the answer')
  return {
    text: stringAt(message, 'content') ?? '',
    thinking: stringAt(message, 'reasoning_content') ?? stringAt(message, 'reasoning') ?? '',
    calls: arrayAt(message, 'tool_calls').map((call) => {
      const called = (call as JsonObject)['function']
      return { name: stringAt(called, 'name') ?? '', args: JSON.parse(stringAt(called, 'arguments') ?? '') }
    }),
    finish: completion.choices[0]?.finish_reason ?? '',
    usage: {
      input: usage.prompt_tokens,
      cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
      output: usage.completion_tokens,
      reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    },
  }
}
