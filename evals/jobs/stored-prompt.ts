import { isObject } from '../../contract/json.ts'

/** What was kept of a request: messages as chat speaks them, and the same as text for a judge. */
export interface StoredPrompt {
  readonly messages: readonly unknown[]
  readonly text: string
  readonly isJsonAsked: boolean
  /** It may be asked again: nothing outside would be changed by it, and nothing else is needed. */
  readonly isRepeatable: boolean
}

/** Undefined: it cannot be read, or is no conversation. */
export function storedPrompt(json: string): StoredPrompt | undefined {
  const body = parsed(json)
  const messages = Array.isArray(body) ? body : isObject(body) ? listIn(body) : undefined
  if (messages === undefined || messages.length === 0) return undefined
  const fields = isObject(body) ? body : {}
  const turns = [...instructionsIn(fields), ...messages]
  const format = isObject(fields['response_format']) ? fields['response_format']['type'] : undefined
  return {
    messages: turns.map(asMessage),
    text: turns.map(textOf).filter(Boolean).join('\n\n'),
    isJsonAsked: format === 'json_object' || format === 'json_schema',
    isRepeatable: !sideEffects.some((name) => fields[name] !== undefined && fields[name] !== false),
  }
}

const sideEffects = ['tools', 'store', 'background', 'previous_response_id', 'conversation', 'cachedContent']

/** What some dialects say beside the turns. */
function instructionsIn(fields: Readonly<Record<string, unknown>>): { role: string; content: string }[] {
  const said = ['system', 'instructions', 'systemInstruction', 'system_instruction']
    .map((name) => (Array.isArray(fields[name]) ? { content: fields[name] } : fields[name]))
    .map(contentOf)
    .filter(Boolean)
  return said.map((content) => ({ role: 'system', content }))
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Every dialect calls its turns something else. */
function listIn(body: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  for (const name of ['messages', 'input', 'contents', 'turns']) {
    const value = body[name]
    if (Array.isArray(value)) return value
    if (typeof value === 'string') return [{ role: 'user', content: value }]
  }
  return undefined
}

function asMessage(turn: unknown): { role: string; content: string } {
  const role = isObject(turn) && typeof turn['role'] === 'string' ? turn['role'] : 'user'
  return { role: role === 'model' ? 'assistant' : role, content: contentOf(turn) }
}

function textOf(turn: unknown): string {
  const { role, content } = asMessage(turn)
  return content === '' ? '' : `${role}: ${content}`
}

function contentOf(turn: unknown): string {
  if (typeof turn === 'string') return turn
  if (!isObject(turn)) return ''
  const { content, parts, text } = turn
  if (typeof content === 'string') return content
  if (typeof text === 'string') return text
  const list = Array.isArray(content) ? content : Array.isArray(parts) ? parts : []
  return list.map(contentOf).filter(Boolean).join('\n')
}

/** The text of a kept answer: words alone, or a message around them. */
export function storedAnswer(text: string): string {
  const body = text.startsWith('{') || text.startsWith('[') ? parsed(text) : undefined
  if (body === undefined) return text
  const found = Array.isArray(body) ? body.map(contentOf).join('\n') : answerIn(body)
  return found === '' ? text : found
}

function answerIn(body: unknown): string {
  if (!isObject(body)) return ''
  const { choices, output, candidates, message } = body
  for (const list of [choices, output, candidates])
    if (Array.isArray(list))
      return list
        .map((one) => contentOf(isObject(one) ? (one['message'] ?? one['content'] ?? one) : one))
        .join('\n')
  return contentOf(message ?? body)
}
