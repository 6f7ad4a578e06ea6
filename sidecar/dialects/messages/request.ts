import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Sampling, TextPart, Turn } from '../../conversation/request.ts'
import { readContent, readTexts } from './blocks.ts'
import {
  asObject,
  booleanField,
  DroppedFields,
  integerField,
  invalid,
  listField,
  numberField,
  objectField,
  required,
  textField,
} from './fields.ts'
import { readOutput, readReasoning } from './reasoning.ts'
import { readToolChoice, readTools } from './tools.ts'

const readFields = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'metadata',
  'service_tier',
])

/** What means nothing without state that only Anthropic keeps. */
const statefulFields = ['thread'] as const

export function readRequest(body: JsonObject): Conversation {
  refuseState(body)
  const dropped = new DroppedFields()
  dropped.addUnread(body, readFields)
  const model = textField(body, 'model')
  const tools = readTools(body, dropped)
  const { system, turns } = readMessages(body, dropped)
  return {
    model: required(model === '' ? undefined : model, 'model', 'the name of a model'),
    stream: booleanField(body, 'stream') ?? false,
    // Streams of this dialect always state usage.
    wantsStreamUsage: true,
    system,
    turns,
    tools,
    ...readToolChoice(body, tools, dropped),
    ...readOutput(body, dropped),
    ...readMaxTokens(body),
    sampling: readSampling(body),
    ...readReasoning(body, dropped),
    ...readAttribution(body, dropped),
    dropped: [...dropped.names],
  }
}

function refuseState(body: JsonObject): void {
  for (const name of statefulFields) {
    if (body[name] === undefined || body[name] === null) continue
    const message = `${name}: only Anthropic keeps the conversation this refers to. Send all messages instead.`
    throw new GatewayError('untranslatable', message, { param: name })
  }
}

function readMaxTokens(body: JsonObject): { maxOutputTokens?: number } {
  const maxOutputTokens = integerField(body, 'max_tokens')
  if (maxOutputTokens === undefined) return {}
  if (maxOutputTokens > 0) return { maxOutputTokens }
  const message = 'max_tokens: 0 fills the prompt cache of Anthropic; this request goes to another provider.'
  throw new GatewayError('untranslatable', message, { param: 'max_tokens' })
}

function readMessages(
  body: JsonObject,
  dropped: DroppedFields,
): { system: readonly TextPart[]; turns: readonly Turn[] } {
  const messages = required(listField(body, 'messages'), 'messages', 'an array')
  if (messages.length === 0) throw invalid('messages', 'an array with at least one message')
  const given = body['system'] ?? undefined
  const system = given === undefined ? [] : [...readTexts(given, 'system', dropped)]
  const turns: Turn[] = []
  for (const [index, item] of messages.entries()) {
    const turn = readTurn(asObject(item, `messages.${index}`), `messages.${index}`, dropped)
    const leads = turn.role === 'system' && turns.length === 0
    if (leads) system.push(...turn.parts.filter((part) => part.type === 'text'))
    else addTurn(turns, turn)
  }
  return { system, turns }
}

function readTurn(message: JsonObject, path: string, dropped: DroppedFields): Turn {
  const role = message['role']
  const content = message['content']
  if (role === 'system') return { role, parts: readTexts(content, `${path}.content`, dropped) }
  if (role !== 'user' && role !== 'assistant') throw invalid(`${path}.role`, 'user, assistant or system')
  return { role, parts: readContent(content, `${path}.content`, dropped) }
}

/** Messages of one role in a row are one turn. */
function addTurn(turns: Turn[], turn: Turn): void {
  const last = turns.at(-1)
  if (last?.role === turn.role) turns[turns.length - 1] = { ...last, parts: [...last.parts, ...turn.parts] }
  else turns.push(turn)
}

function readSampling(body: JsonObject): Sampling {
  const temperature = numberField(body, 'temperature')
  const topP = numberField(body, 'top_p')
  const topK = integerField(body, 'top_k')
  const stop = listField(body, 'stop_sequences')?.map((item, index) => {
    if (typeof item !== 'string') throw invalid(`stop_sequences.${index}`, 'a string')
    return item
  })
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(stop === undefined ? {} : { stop }),
  }
}

const metadataFields = new Set(['user_id'])

function readAttribution(
  body: JsonObject,
  dropped: DroppedFields,
): Pick<Conversation, 'endUser' | 'serviceTier'> {
  const metadata = objectField(body, 'metadata') ?? {}
  dropped.addUnread(metadata, metadataFields, 'metadata.')
  const endUser = textField(metadata, 'user_id', 'metadata.user_id')
  const tier = textField(body, 'service_tier')
  return {
    ...(endUser === undefined ? {} : { endUser }),
    // What the others call the tier that is never better than the standard one.
    ...(tier === undefined ? {} : { serviceTier: tier === 'standard_only' ? 'default' : tier }),
  }
}
