import { isObject, type Json, type JsonObject, stringAt } from '../../contract/json.ts'
import type { DialectName } from '../dialects/dialect.ts'

/** A turn of a conversation as far as routing looks at it. */
export interface PromptTurn {
  /** `tool`: what a tool gave back, whoever the dialect says it comes from. */
  readonly role: 'user' | 'assistant' | 'tool' | 'system'
  readonly text: string
  readonly media: readonly MediaKind[]
}

export type MediaKind = 'vision' | 'audio' | 'documents'

export interface PromptOutline {
  /** Instructions before the first turn. */
  readonly system: string
  readonly turns: readonly PromptTurn[]
}

/** The fields of a request that are read here. */
export interface Fields {
  get(key: string): Json | undefined
}

/**
 * Who said what, over all dialects, read forgivingly: what is odd is left out, because the request itself is judged
 * by the provider.
 */
export function outlineOf(body: Fields, dialect: DialectName): PromptOutline {
  switch (dialect) {
    case 'messages':
      return outline(textOf(body.get('system')), turnsIn(body.get('messages')))
    case 'gemini':
      return outline(
        textOf(partsOf(body.get('systemInstruction') ?? body.get('system_instruction'))),
        turnsIn(body.get('contents')),
      )
    case 'responses':
      return outline(textOf(body.get('instructions')), inputTurns(body.get('input')))
    case 'chat': {
      const prompt =
        body.get('messages') === undefined ? (body.get('prompt') ?? body.get('input')) : undefined
      return prompt === undefined
        ? outline('', turnsIn(body.get('messages')))
        : outline('', [{ role: 'user', text: textOf(prompt), media: [] }])
    }
    default: {
      const unknown: never = dialect
      return unknown
    }
  }
}

/** Instructions may also stand as turns of their own; those before the first other turn belong in front. */
function outline(system: string, turns: readonly PromptTurn[]): PromptOutline {
  const first = turns.findIndex((turn) => turn.role !== 'system')
  const leading = first < 0 ? turns : turns.slice(0, first)
  if (leading.length === 0) return { system, turns }
  return {
    system: [system, ...leading.map((turn) => turn.text)].filter((text) => text !== '').join('\n'),
    turns: first < 0 ? [] : turns.slice(first),
  }
}

function turnsIn(value: Json | undefined): PromptTurn[] {
  return Array.isArray(value) ? value.flatMap(turnOf) : []
}

function inputTurns(input: Json | undefined): PromptTurn[] {
  if (typeof input === 'string') return [{ role: 'user', text: input, media: [] }]
  return turnsIn(input)
}

/** Maps, since names of roles and types are the caller's: `constructor` is none. */
const roles: ReadonlyMap<string, PromptTurn['role']> = new Map([
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['model', 'assistant'],
  ['system', 'system'],
  ['developer', 'system'],
  ['tool', 'tool'],
  ['function', 'tool'],
])

function turnOf(value: Json): PromptTurn | readonly [] {
  if (!isObject(value)) return []
  const type = stringAt(value, 'type') ?? ''
  if (type.endsWith('_call_output'))
    return { role: 'tool', text: textOf(value['output']), media: mediaIn(value['output']) }
  // Of Responses what the model thought and called are items of their own, without a role.
  if (type.endsWith('_call') || type === 'reasoning') return { role: 'assistant', text: '', media: [] }
  const content = partsOf(value)
  // Of Gemini a turn without a role is the user's; any other item without one is no turn.
  const role = roles.get(stringAt(value, 'role') ?? (Array.isArray(value['parts']) ? 'user' : ''))
  if (role === undefined) return []
  const parts = Array.isArray(content) ? content : []
  const isResult = role === 'user' && parts.length > 0 && parts.every(isToolResult)
  return { role: isResult ? 'tool' : role, text: textOf(content), media: mediaIn(content) }
}

/** Content of a turn, by the name its dialect has for it. */
function partsOf(turn: Json | undefined): Json | undefined {
  return isObject(turn) ? (turn['content'] ?? turn['parts']) : turn
}

/** What is said in words: a string, or the texts of parts. */
function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  let text = ''
  for (const part of content) {
    const own = typeof part === 'string' ? part : stringAt(part, 'text')
    if (own !== undefined) text = text === '' ? own : `${text}\n${own}`
  }
  return text
}

function isToolResult(part: Json): boolean {
  return (
    isObject(part) &&
    (part['type'] === 'tool_result' || 'functionResponse' in part || 'function_response' in part)
  )
}

const mediaTypes: ReadonlyMap<string, MediaKind> = new Map([
  ['image_url', 'vision'],
  ['input_image', 'vision'],
  ['image', 'vision'],
  ['input_audio', 'audio'],
  ['audio', 'audio'],
  ['document', 'documents'],
  ['file', 'documents'],
  ['input_file', 'documents'],
])

function mediaIn(content: Json | undefined): MediaKind[] {
  return Array.isArray(content) ? content.flatMap(mediaOf) : []
}

function mediaOf(part: Json): readonly MediaKind[] {
  if (!isObject(part)) return []
  const type = stringAt(part, 'type') ?? ''
  // Tools give back pictures as well; they hold no results of others.
  if (type === 'tool_result') return mediaWithin(part['content'])
  const known = mediaTypes.get(type)
  return known === undefined ? inlineMedia(part) : [known]
}

function mediaWithin(content: Json | undefined): readonly MediaKind[] {
  if (!Array.isArray(content)) return []
  return content.flatMap((part) => mediaTypes.get(stringAt(part, 'type') ?? '') ?? [])
}

function inlineMedia(part: JsonObject): readonly MediaKind[] {
  const inline = part['inlineData'] ?? part['inline_data'] ?? part['fileData'] ?? part['file_data']
  if (!isObject(inline)) return []
  const type = stringAt(inline, 'mimeType') ?? stringAt(inline, 'mime_type') ?? ''
  if (type.startsWith('image/')) return ['vision']
  return [type.startsWith('audio/') ? 'audio' : 'documents']
}

/** The last thing a person said. */
export function lastUserText({ turns }: PromptOutline): string {
  return turns.findLast((turn) => turn.role === 'user')?.text ?? ''
}

/** Tools offered, over all dialects. */
export function toolsIn(body: Fields): boolean {
  const tools = body.get('tools') ?? body.get('functions')
  return Array.isArray(tools) && tools.length > 0
}
