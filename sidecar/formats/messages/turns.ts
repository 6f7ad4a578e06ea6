import { GatewayError } from '../../../contract/errors.ts'
import { isObject, type JsonObject } from '../../../contract/json.ts'
import type {
  CacheMark,
  Part,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../../conversation/request.ts'
import { writeMedia } from './media.ts'
import type { ModelTraits } from './models.ts'

interface Message {
  readonly role: 'user' | 'assistant' | 'system'
  content: JsonObject[]
}

/** Turns as alternating messages, every call answered in the user message after it. */
export function writeTurns(
  turns: readonly Turn[],
  traits: ModelTraits,
  dropped: Set<string>,
): readonly JsonObject[] {
  const messages: Message[] = []
  for (const [index, turn] of turns.entries()) {
    if (turn.name !== undefined) dropped.add('name')
    const content = turn.parts.flatMap((part) => writePart(part, turn.role, dropped))
    if (content.length > 0) add(messages, placed(turn, content, { turns, index, traits }))
  }
  for (const message of messages) message.content = resultsFirst(message.content)
  checkResults(messages)
  trimPrefill(messages.at(-1))
  return messages.map(({ role, content }) => ({ role, content }))
}

/** A system turn may stand only after a user's and before an assistant's; elsewhere it is marked user text. */
function placed(
  turn: Turn,
  content: JsonObject[],
  at: { turns: readonly Turn[]; index: number; traits: ModelTraits },
): Message {
  if (turn.role !== 'system') return { role: turn.role, content }
  const before = at.turns[at.index - 1]?.role
  const after = at.turns[at.index + 1]?.role
  const fits = before === 'user' && (after === undefined || after === 'assistant')
  if (at.traits.systemTurns && fits) return { role: 'system', content }
  const marked = content.map((block) => ({ ...block, text: `<system>\n${String(block['text'])}\n</system>` }))
  return { role: 'user', content: marked }
}

function add(messages: Message[], message: Message): void {
  const last = messages.at(-1)
  if (last?.role === message.role) last.content.push(...message.content)
  else messages.push(message)
}

function writePart(part: Part, role: Turn['role'], dropped: Set<string>): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return writeText(part)
    case 'refusal':
      return writeText({ type: 'text', text: part.text })
    case 'media':
      if (part.detail !== undefined && part.detail !== 'auto') dropped.add('detail')
      if (role === 'user') return [{ ...writeMedia(part), ...cacheControl(part.cache) }]
      // Assistant and system messages take no media.
      dropped.add(`${role}.${part.kind}`)
      return []
    case 'thinking':
      return writeThinkingPart(part, dropped)
    case 'tool_call':
      return [writeCall(part)]
    case 'tool_result':
      return [writeResult(part)]
  }
}

/** Empty and blank text blocks are refused with a 400. */
export function writeText(part: TextPart): readonly JsonObject[] {
  if (part.text.trim() === '') return []
  return [{ type: 'text', text: part.text, ...cacheControl(part.cache) }]
}

export function cacheControl(mark: CacheMark | undefined): { cache_control?: JsonObject } {
  if (mark === undefined) return {}
  // Half an hour does not exist here; five minutes are renewed with every use and cost less to write.
  return { cache_control: mark.ttl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' } }
}

/** Thinking is worth something only to its issuer, and to that one only with its proof. */
function writeThinkingPart(part: ThinkingPart, dropped: Set<string>): readonly JsonObject[] {
  const { text, signature, redacted, issuer } = part
  if (issuer === 'anthropic' && redacted !== undefined) return [{ type: 'redacted_thinking', data: redacted }]
  if (issuer === 'anthropic' && signature) return [{ type: 'thinking', thinking: text, signature }]
  dropped.add('thinking')
  return []
}

function writeCall(part: ToolCallPart): JsonObject {
  return {
    type: 'tool_use',
    id: safeId(part.id),
    name: part.name,
    input: parsedArguments(part.arguments),
    ...cacheControl(part.cache),
  }
}

function parsedArguments(text: string): JsonObject {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Told below, together with JSON that is no object.
  }
  throw new GatewayError(
    'untranslatable',
    `The arguments of a tool call (${text.length} characters) are not a JSON object; this provider takes nothing else.`,
    { param: 'messages' },
  )
}

function writeResult(part: ToolResultPart): JsonObject {
  const content = part.parts.flatMap((inner) =>
    inner.type === 'text' ? writeText(inner) : [writeMedia(inner)],
  )
  // Marks belong to the block as a whole.
  for (const block of content) delete block['cache_control']
  const cache = part.cache ?? part.parts.find((inner) => inner.cache !== undefined)?.cache
  return {
    type: 'tool_result',
    tool_use_id: safeId(part.callId),
    ...(content.length === 0 ? {} : { content }),
    ...(part.isError === true ? { is_error: true } : {}),
    ...cacheControl(cache),
  }
}

/** Other vendors' ids may hold characters that Anthropic refuses (`functions.search:0`). */
function safeId(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, '_')
}

function resultsFirst(content: JsonObject[]): JsonObject[] {
  const results = content.filter((block) => block['type'] === 'tool_result')
  return results.length === 0
    ? content
    : [...results, ...content.filter((block) => block['type'] !== 'tool_result')]
}

function checkResults(messages: readonly Message[]): void {
  for (const [index, message] of messages.entries()) {
    if (message.role === 'assistant') checkAnswered(message, messages[index + 1])
    else if (message.role === 'user') checkAsked(message, messages[index - 1])
  }
}

function checkAnswered(asking: Message, answering: Message | undefined): void {
  const answered = idsOf(answering, 'tool_result', 'tool_use_id')
  const open = [...idsOf(asking, 'tool_use', 'id')].filter((id) => !answered.has(id)).length
  if (open === 0) return
  throw pairing(`${open} tool call(s) of an assistant turn have no result in the turn after it.`)
}

function checkAsked(answering: Message, asking: Message | undefined): void {
  const asked = idsOf(asking, 'tool_use', 'id')
  const stray = [...idsOf(answering, 'tool_result', 'tool_use_id')].filter((id) => !asked.has(id)).length
  if (stray === 0) return
  throw pairing(`${stray} tool result(s) answer no call of the assistant turn before them.`)
}

function idsOf(message: Message | undefined, type: string, key: string): Set<unknown> {
  const blocks = message?.content.filter((block) => block['type'] === type) ?? []
  return new Set(blocks.map((block) => block[key]))
}

function pairing(what: string): GatewayError {
  const mend = 'Send one result for every call, right after the turn that made it.'
  return new GatewayError('untranslatable', `${what} ${mend}`, { param: 'messages' })
}

/** A prefill that ends in blanks is refused. */
function trimPrefill(last: Message | undefined): void {
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined
  if (typeof block?.['text'] === 'string') block['text'] = block['text'].trimEnd()
}
