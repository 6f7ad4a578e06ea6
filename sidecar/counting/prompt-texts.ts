import { isObject, type Json, type JsonObject } from '../../contract/json.ts'

/** What of a request becomes tokens. */
export interface PromptTexts {
  readonly texts: readonly string[]
  /** Turns of the conversation: each costs a few tokens besides its text. */
  readonly turns: number
  /** Images, sounds and documents, whose tokens do not follow from their bytes. */
  readonly media: number
  /** Tokens that the caller sent as numbers. */
  readonly tokens: number
}

/** Where the callers' dialects keep what the model reads. */
const promptKeys = [
  'system',
  'systemInstruction',
  'system_instruction',
  'instructions',
  'messages',
  'input',
  'contents',
  'content',
  'requests',
  'prompt',
  'tools',
  'functions',
] as const

const turnKeys: ReadonlySet<string> = new Set(['messages', 'input', 'contents'])

/** Fields that steer, name or prove, and are not read by the model. */
const silentKeys: ReadonlySet<string> = new Set([
  'type',
  'role',
  'id',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'cache_control',
  'signature',
  'thoughtSignature',
  'encrypted_content',
  'prompt_cache_breakpoint',
  'model',
])

/** Parts whose content is no text. */
const mediaKeys: ReadonlySet<string> = new Set([
  'image_url',
  'input_audio',
  'inlineData',
  'inline_data',
  'fileData',
  'file_data',
  'source',
  'file',
])

/** Schemas are shown to the model in a shorter form than JSON: about as many tokens as their JSON has. */
const wholeKeys: ReadonlySet<string> = new Set(['tools', 'functions'])

/** Bodies come with at most 256 levels; this is for the ones that are built in tests. */
const depthMax = 300

export function promptTexts(body: JsonObject): PromptTexts {
  const found = { texts: [] as string[], turns: 0, media: 0, tokens: 0 }
  for (const key of promptKeys) {
    const value = body[key]
    if (value === undefined || value === null) continue
    if (wholeKeys.has(key)) found.texts.push(JSON.stringify(value))
    else {
      if (Array.isArray(value) && turnKeys.has(key)) found.turns += value.filter(isObject).length
      collect(value, found, 0)
    }
  }
  return found
}

type Found = { texts: string[]; turns: number; media: number; tokens: number }

function collect(value: Json, found: Found, depth: number): void {
  if (typeof value === 'string') {
    if (value !== '') found.texts.push(value)
  } else if (typeof value === 'number') {
    found.tokens += 1
  } else if (Array.isArray(value)) {
    if (depth < depthMax) for (const item of value) collect(item, found, depth + 1)
  } else if (isObject(value) && depth < depthMax) {
    for (const key in value) {
      const inner = value[key]
      if (inner === undefined || silentKeys.has(key)) continue
      if (mediaKeys.has(key) && (isObject(inner) || typeof inner === 'string')) found.media += 1
      else if (typeof inner !== 'number') collect(inner, found, depth + 1)
    }
  }
}
