import { arrayAt, isObject, type Json, type JsonObject, objectAt, stringAt } from '../../contract/json.ts'
import { type UpstreamName, upstreamTable } from './upstreams.ts'

/** What a provider was asked, read from its own wire: the other half of every translation. */
export interface Asked {
  readonly system: string
  readonly images: readonly string[]
  readonly stop: readonly string[]
  readonly maxTokens: number | undefined
  readonly schema: JsonObject | undefined
  readonly tools: readonly string[]
  /** The calls of earlier turns, in order. */
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: Json }[]
  readonly results: readonly { readonly id: string; readonly text: string }[]
  readonly thinking: readonly { readonly text: string; readonly signature: string }[]
}

type Reader = (body: JsonObject) => Asked

export function askedOf(name: UpstreamName, body: JsonObject): Asked {
  if (body['input'] !== undefined) return readers.responses(body)
  const { wire } = upstreamTable[name].recording
  return readers[wire](body)
}

const readers: Readonly<Record<'chat' | 'responses' | 'messages' | 'generate' | 'converse', Reader>> = {
  chat: readChat,
  responses: readResponses,
  messages: readMessages,
  generate: readGenerate,
  converse: readConverse,
}

const strings = (values: readonly Json[]): string[] => values.filter((value) => typeof value === 'string')

function numberOf(...values: (Json | undefined)[]): number | undefined {
  return values.find((value) => typeof value === 'number')
}

function objectsAt(value: Json, key: string): JsonObject[] {
  const found = objectAt(value, key)
  return found === undefined ? [] : [found]
}

function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content
  return (Array.isArray(content) ? content : []).map((part) => stringAt(part, 'text') ?? '').join('')
}

function parsed(json: string | undefined): Json {
  return JSON.parse(json ?? 'null') as Json
}

function readChat(body: JsonObject): Asked {
  const messages = arrayAt(body, 'messages').filter(isObject)
  const assistants = messages.filter((message) => message['role'] === 'assistant')
  const format = objectAt(body, 'response_format')
  return {
    system: messages
      .filter(({ role }) => role === 'system' || role === 'developer')
      .map((message) => textOf(message['content']))
      .join(''),
    images: messages.flatMap((message) =>
      arrayAt(message, 'content').flatMap((part) => stringAt(objectAt(part, 'image_url'), 'url') ?? []),
    ),
    stop: strings([...arrayAt(body, 'stop'), ...arrayAt(body, 'stop_sequences')]),
    maxTokens: numberOf(body['max_completion_tokens'], body['max_tokens']),
    schema:
      objectAt(objectAt(format, 'json_schema'), 'schema') ??
      objectAt(format, 'json_schema') ??
      objectAt(format, 'schema'),
    tools: arrayAt(body, 'tools').map((tool) => stringAt(objectAt(tool, 'function'), 'name') ?? ''),
    calls: assistants
      .flatMap((message) => arrayAt(message, 'tool_calls'))
      .map((call) => {
        const called = objectAt(call, 'function')
        const args = parsed(stringAt(called, 'arguments'))
        return { id: stringAt(call, 'id') ?? '', name: stringAt(called, 'name') ?? '', args }
      }),
    results: messages
      .filter(({ role }) => role === 'tool')
      .map((message) => ({ id: stringAt(message, 'tool_call_id') ?? '', text: textOf(message['content']) })),
    thinking: assistants.flatMap((message) => chatThinking(message)),
  }
}

/** Every host has its own place for it. */
function chatThinking(message: JsonObject): { text: string; signature: string }[] {
  const plain =
    stringAt(message, 'reasoning_content') ?? stringAt(message, 'reasoning') ?? stringAt(message, 'tool_plan')
  const parts = arrayAt(message, 'content').flatMap((part) =>
    arrayAt(part, 'thinking').map((piece) => stringAt(piece, 'text') ?? ''),
  )
  const text = plain ?? parts.join('')
  return text === '' ? [] : [{ text, signature: '' }]
}

function readResponses(body: JsonObject): Asked {
  const items = arrayAt(body, 'input').filter(isObject)
  const ofType = (type: string) => items.filter((item) => item['type'] === type)
  return {
    system: (stringAt(body, 'instructions') ?? '') + systemItems(items),
    images: items.flatMap((item) =>
      arrayAt(item, 'content').flatMap((part) => stringAt(part, 'image_url') ?? []),
    ),
    stop: [],
    maxTokens: numberOf(body['max_output_tokens']),
    schema: objectAt(objectAt(objectAt(body, 'text'), 'format'), 'schema'),
    tools: arrayAt(body, 'tools').map((tool) => stringAt(tool, 'name') ?? ''),
    calls: ofType('function_call').map((item) => ({
      id: stringAt(item, 'call_id') ?? '',
      name: stringAt(item, 'name') ?? '',
      args: parsed(stringAt(item, 'arguments')),
    })),
    results: ofType('function_call_output').map((item) => ({
      id: stringAt(item, 'call_id') ?? '',
      text: textOf(item['output']),
    })),
    thinking: ofType('reasoning').map((item) => ({
      text: textOf(item['summary']),
      signature: stringAt(item, 'encrypted_content') ?? '',
    })),
  }
}

function systemItems(items: readonly JsonObject[]): string {
  return items
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map((item) => textOf(item['content']))
    .join('')
}

function readMessages(body: JsonObject): Asked {
  const blocks = arrayAt(body, 'messages')
    .flatMap((message) => arrayAt(message, 'content'))
    .filter(isObject)
  const ofType = (type: string) => blocks.filter((block) => block['type'] === type)
  return {
    system: textOf(body['system']),
    images: ofType('image').map((block) => {
      const source = objectAt(block, 'source')
      return `data:${stringAt(source, 'media_type')};base64,${stringAt(source, 'data')}`
    }),
    stop: strings(arrayAt(body, 'stop_sequences')),
    maxTokens: numberOf(body['max_tokens']),
    schema: objectAt(objectAt(objectAt(body, 'output_config'), 'format'), 'schema'),
    tools: arrayAt(body, 'tools').map((tool) => stringAt(tool, 'name') ?? ''),
    calls: ofType('tool_use').map((block) => ({
      id: stringAt(block, 'id') ?? '',
      name: stringAt(block, 'name') ?? '',
      args: block['input'] ?? null,
    })),
    results: ofType('tool_result').map((block) => ({
      id: stringAt(block, 'tool_use_id') ?? '',
      text: textOf(block['content']),
    })),
    thinking: ofType('thinking').map((block) => ({
      text: stringAt(block, 'thinking') ?? '',
      signature: stringAt(block, 'signature') ?? '',
    })),
  }
}

function readGenerate(body: JsonObject): Asked {
  const parts = arrayAt(body, 'contents').flatMap((content) => arrayAt(content, 'parts'))
  const config = objectAt(body, 'generationConfig')
  const pick = (key: string): JsonObject[] => parts.flatMap((part) => objectsAt(part, key))
  return {
    system: textOf(objectAt(body, 'systemInstruction')?.['parts']),
    images: pick('inlineData').map(
      (media) => `data:${stringAt(media, 'mimeType')};base64,${stringAt(media, 'data')}`,
    ),
    stop: strings(arrayAt(config, 'stopSequences')),
    maxTokens: numberOf(config?.['maxOutputTokens']),
    schema: objectAt(config, 'responseJsonSchema') ?? objectAt(config, 'responseSchema'),
    tools: arrayAt(body, 'tools')
      .flatMap((tool) => arrayAt(tool, 'functionDeclarations'))
      .map((tool) => stringAt(tool, 'name') ?? ''),
    calls: pick('functionCall').map((call) => ({
      id: stringAt(call, 'id') ?? '',
      name: stringAt(call, 'name') ?? '',
      args: call['args'] ?? null,
    })),
    results: pick('functionResponse').map((result) => ({
      id: stringAt(result, 'id') ?? '',
      text: resultText(objectAt(result, 'response')),
    })),
    thinking: parts.flatMap((part) => {
      const signature = stringAt(part, 'thoughtSignature') ?? ''
      const isThought = isObject(part) && part['thought'] === true
      return isThought || signature !== '' ? [{ text: isThought ? textOf([part]) : '', signature }] : []
    }),
  }
}

function resultText(response: JsonObject | undefined): string {
  return stringAt(response, 'output') ?? stringAt(response, 'result') ?? ''
}

function readConverse(body: JsonObject): Asked {
  const blocks = arrayAt(body, 'messages').flatMap((message) => arrayAt(message, 'content'))
  const pick = (key: string): JsonObject[] => blocks.flatMap((block) => objectsAt(block, key))
  const limits = objectAt(body, 'inferenceConfig')
  const schema = stringAt(
    objectAt(
      objectAt(objectAt(objectAt(objectAt(body, 'outputConfig'), 'textFormat'), 'structure'), 'jsonSchema'),
      'schema',
    ) ?? objectAt(objectAt(objectAt(body, 'outputConfig'), 'textFormat'), 'structure')?.['jsonSchema'],
    'schema',
  )
  return {
    system: textOf(body['system']),
    images: pick('image').map(
      (image) =>
        `data:image/${stringAt(image, 'format')};base64,${stringAt(objectAt(image, 'source'), 'bytes')}`,
    ),
    stop: strings(arrayAt(limits, 'stopSequences')),
    maxTokens: numberOf(limits?.['maxTokens']),
    schema: schema === undefined ? undefined : (parsed(schema) as JsonObject),
    tools: arrayAt(objectAt(body, 'toolConfig'), 'tools').map(
      (tool) => stringAt(objectAt(tool, 'toolSpec'), 'name') ?? '',
    ),
    calls: pick('toolUse').map((call) => ({
      id: stringAt(call, 'toolUseId') ?? '',
      name: stringAt(call, 'name') ?? '',
      args: call['input'] ?? null,
    })),
    results: pick('toolResult').map((result) => ({
      id: stringAt(result, 'toolUseId') ?? '',
      text: textOf(result['content']),
    })),
    thinking: pick('reasoningContent').map((reasoning) => {
      const text = objectAt(reasoning, 'reasoningText')
      return { text: stringAt(text, 'text') ?? '', signature: stringAt(text, 'signature') ?? '' }
    }),
  }
}
