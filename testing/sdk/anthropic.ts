import Anthropic from '@anthropic-ai/sdk'
import {
  type Ask,
  type Client,
  type ClientAddress,
  question,
  type Seen,
  type Turn,
  toolTable,
} from './client.ts'

export function anthropicClient(at: ClientAddress): Anthropic {
  return new Anthropic({
    baseURL: at.origin,
    apiKey: 'caller-key',
    maxRetries: at.maxRetries ?? 0,
    ...(at.headers === undefined ? {} : { defaultHeaders: at.headers }),
  })
}

export function messagesClient(at: ClientAddress): Client {
  const client = anthropicClient(at)
  return {
    name: '@anthropic-ai/sdk',
    dialect: 'messages',
    ask: (ask) => send(client, ask, [{ role: 'user', content: firstContent(ask) }]),
  }
}

function firstContent(ask: Ask): Anthropic.ContentBlockParam[] {
  const text = { type: 'text', text: question } as const
  if (ask.image === undefined) return [text]
  const { data } = ask.image
  return [text, { type: 'image', source: { type: 'base64', media_type: 'image/png', data } }]
}

async function send(client: Anthropic, ask: Ask, messages: Anthropic.MessageParam[]): Promise<Turn> {
  const body: Anthropic.MessageCreateParamsNonStreaming = {
    model: ask.model,
    max_tokens: ask.maxTokens ?? 1024,
    messages,
    ...(ask.system === undefined ? {} : { system: ask.system }),
    ...(ask.stop === undefined ? {} : { stop_sequences: [...ask.stop] }),
    ...(ask.withTools
      ? {
          tools: toolTable.map(({ name, description, schema }) => ({
            name,
            description,
            input_schema: { ...schema, required: [...schema.required] },
          })),
        }
      : {}),
    ...(ask.schema === undefined
      ? {}
      : {
          output_config: { format: { type: 'json_schema', schema: ask.schema as Record<string, unknown> } },
        }),
  }
  const message: Anthropic.Message = ask.streamed
    ? await client.messages.stream(body).finalMessage()
    : await client.messages.create(body)
  const calls = message.content.filter((block) => block.type === 'tool_use')
  return {
    raw: message,
    seen: seenOf(message),
    callIds: calls.map((call) => call.id),
    reply: (results) =>
      send(client, ask, [
        ...messages,
        { role: 'assistant', content: message.content },
        {
          role: 'user',
          content: results.map((content, index) => ({
            type: 'tool_result' as const,
            tool_use_id: calls[index]?.id ?? '',
            content,
          })),
        },
      ]),
  }
}

const finishes: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
}

function seenOf(message: Anthropic.Message): Seen {
  const { content, usage } = message
  const written = usage.cache_creation_input_tokens ?? 0
  const cached = usage.cache_read_input_tokens ?? 0
  return {
    text: content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
    thinking: content.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : [])).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [{ name: block.name, args: block.input }] : [],
    ),
    finish: finishes[message.stop_reason ?? ''] ?? String(message.stop_reason),
    // Anthropic's input leaves the cache out.
    usage: { input: usage.input_tokens + cached + written, cached, written, output: usage.output_tokens },
  }
}
