import { isObject, type Json } from '../../../contract/json.ts'
import { JsonBody } from '../../body/json-body.ts'
import type { DialectName } from '../../dialects/dialect.ts'

/** Models that are told so repeat a placeholder as it is, and don't ask what it means. */
export const placeholderNote =
  'Tokens in square brackets such as [EMAIL_1] or [PERSON_2] stand for values that were withheld from you. They are opaque: wherever you mean the value, write the token exactly as it is, brackets included, and never comment on it.'

/** The body with the note where the dialect has its instructions; nothing else of it is written anew. */
export function withNote(dialect: DialectName, body: JsonBody, note = placeholderNote): JsonBody {
  const [key, json] = noted(dialect, body, note)
  return json === undefined ? body : JsonBody.read(body.edit([{ set: key, json }]))
}

function noted(dialect: DialectName, body: JsonBody, note: string): readonly [string, string | undefined] {
  switch (dialect) {
    case 'chat':
      return ['messages', body.has('messages') ? notedMessages(body.slice('messages'), note) : undefined]
    case 'responses':
      return ['instructions', JSON.stringify(appended(body.get('instructions'), note))]
    case 'messages':
      return ['system', JSON.stringify(withText(body.get('system'), { type: 'text', text: note }))]
    case 'gemini': {
      const key = body.has('system_instruction') ? 'system_instruction' : 'systemInstruction'
      return [key, JSON.stringify(notedInstruction(body.get(key), note))]
    }
  }
}

/** Behind the instructions that begin a conversation, in the same message: some hosts take only one. */
function notedMessages(bytes: Buffer | undefined, note: string): string | undefined {
  const json = bytes?.toString('utf8') ?? ''
  const messages = JSON.parse(json) as Json
  if (!Array.isArray(messages)) return undefined
  const [first] = messages
  const isInstruction = isObject(first) && (first['role'] === 'system' || first['role'] === 'developer')
  const rest = json.slice(isInstruction ? endOfFirst(json) : json.indexOf('[') + 1)
  if (!isInstruction) {
    const own = JSON.stringify({ role: 'system', content: note })
    return `[${own}${messages.length > 0 ? ',' : ''}${rest}`
  }
  const content = withText(first['content'], { type: 'text', text: note })
  return `[${JSON.stringify({ ...first, content })}${rest}`
}

function withText(stated: Json | undefined, part: { readonly type: string; readonly text: string }): Json {
  return Array.isArray(stated) ? [...stated, part] : appended(stated, part.text)
}

function appended(stated: Json | undefined, note: string): Json {
  return typeof stated === 'string' && stated !== '' ? `${stated}\n\n${note}` : note
}

function notedInstruction(stated: Json | undefined, note: string): Json {
  const part = { text: note }
  if (typeof stated === 'string') return { parts: [{ text: stated }, part] }
  if (!isObject(stated)) return { parts: [part] }
  const { parts } = stated
  return { ...stated, parts: [...(Array.isArray(parts) ? parts : parts === undefined ? [] : [parts]), part] }
}

/** Behind the first element of an array of objects. */
function endOfFirst(json: string): number {
  let depth = 0
  for (let at = json.indexOf('{'); at < json.length; at += 1) {
    const letter = json[at]
    if (letter === '"') at = endOfString(json, at)
    else if (letter === '{' || letter === '[') depth += 1
    else if (letter === '}' || letter === ']') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return json.length
}

/** The closing quote. */
function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
