import type OpenAI from 'openai'
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
import { openaiClient } from './openai-chat.ts'

type Item = OpenAI.Responses.ResponseInputItem
type Response = OpenAI.Responses.Response

export function responsesClient(at: ClientAddress): Client {
  const client = openaiClient(at)
  return {
    name: 'openai responses',
    dialect: 'responses',
    ask: (ask) => send(client, ask, firstItems(ask)),
  }
}

function firstItems(ask: Ask): Item[] {
  const content: OpenAI.Responses.ResponseInputContent[] = [{ type: 'input_text', text: question }]
  if (ask.image !== undefined) {
    const image_url = `data:${ask.image.mediaType};base64,${ask.image.data}`
    content.push({ type: 'input_image', image_url, detail: 'auto' })
  }
  return [{ role: 'user', content }]
}

async function send(client: OpenAI, ask: Ask, input: Item[]): Promise<Turn> {
  const body = {
    model: ask.model,
    input,
    store: false,
    include: ['reasoning.encrypted_content' as const],
    ...(ask.system === undefined ? {} : { instructions: ask.system }),
    ...(ask.withTools
      ? {
          tools: toolTable.map(({ name, description, schema }) => ({
            type: 'function' as const,
            name,
            description,
            parameters: { ...schema } as Record<string, unknown>,
            strict: true,
          })),
        }
      : {}),
    ...(ask.schema === undefined
      ? {}
      : {
          text: {
            format: {
              type: 'json_schema' as const,
              name: 'person',
              schema: ask.schema as JsonObject,
              strict: true,
            },
          },
        }),
    ...(ask.maxTokens === undefined ? {} : { max_output_tokens: ask.maxTokens }),
  }
  const response: Response = ask.streamed
    ? await client.responses.stream(body as OpenAI.Responses.ResponseCreateParamsStreaming).finalResponse()
    : await client.responses.create(body as OpenAI.Responses.ResponseCreateParamsNonStreaming)
  // The SDK hands a failed answer over as it is; applications look at its error.
  if (response.error) throw new Error(response.error.message)
  const calls = response.output.filter((item) => item.type === 'function_call')
  return {
    raw: response,
    seen: seenOf(response),
    callIds: calls.map((call) => call.call_id),
    reply: (results) =>
      send(client, ask, [
        ...input,
        ...(response.output as Item[]),
        ...results.map((output, index) => ({
          type: 'function_call_output' as const,
          call_id: calls[index]?.call_id ?? '',
          output,
        })),
      ]),
  }
}

function seenOf(response: Response): Seen {
  const { usage, output } = response
  if (usage === undefined) throw new Error('no usage in the answer')
  const calls = output.filter((item) => item.type === 'function_call')
  const thinking = output
    .filter((item) => item.type === 'reasoning')
    .flatMap((item) => [...item.summary, ...(item.content ?? [])].map((part) => part.text))
  return {
    text: response.output_text,
    thinking: thinking.join(''),
    calls: calls.map(({ name, arguments: json }) => ({ name, args: JSON.parse(json) as unknown })),
    finish: finishOf(response, calls.length > 0),
    usage: {
      input: usage.input_tokens,
      cached: usage.input_tokens_details.cached_tokens,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details.reasoning_tokens,
    },
  }
}

function finishOf(response: Response, hasCalls: boolean): string {
  if (response.status === 'incomplete')
    return response.incomplete_details?.reason === 'max_output_tokens' ? 'length' : 'incomplete'
  return hasCalls ? 'tool_calls' : 'stop'
}
