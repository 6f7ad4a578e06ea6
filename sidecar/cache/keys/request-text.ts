import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'
import { canonicalJson, notOfAnswer } from './canonical.ts'

/** A request in two parts: what must be equal, and the text that may be the same in other words. */
export interface SplitRequest {
  readonly rest: string
  /** Last text of a user; '' where the request does not end in one text of a user. */
  readonly text: string
  /** Turns of users. */
  readonly turns: number
  readonly hasToolResults: boolean
  readonly hasMedia: boolean
}

/** Stands where the text was: no JSON of a caller can say it. */
const hole = '\u0000'

/** Lists of turns, by the name of the field over all dialects. */
const turnFields = ['messages', 'input', 'contents'] as const

export function splitRequest(body: JsonObject): SplitRequest {
  for (const field of turnFields) {
    const turns = body[field]
    if (Array.isArray(turns)) return splitTurns(body, field, turns)
  }
  for (const field of ['input', 'prompt'] as const) {
    const text = body[field]
    if (typeof text === 'string') return { ...single, rest: restOf({ ...body, [field]: hole }), text }
  }
  return { ...single, rest: restOf(body), text: '' }
}

const single = { turns: 1, hasToolResults: false, hasMedia: false }

function restOf(body: JsonObject): string {
  return canonicalJson(body, notOfAnswer)
}

function splitTurns(body: JsonObject, field: string, turns: readonly Json[]): SplitRequest {
  const users = turns.filter(isUser)
  const last = turns.at(-1)
  const found = last !== undefined && isUser(last) ? textOf(last) : undefined
  const others = found === undefined ? turns : [...turns.slice(0, -1), found.rest]
  return {
    rest: restOf({ ...body, [field]: [...others] }),
    text: found?.text ?? '',
    turns: users.length,
    hasToolResults: turns.some((turn) => hasPart(turn, isToolResult)),
    hasMedia: turns.some((turn) => hasPart(turn, isMedia)),
  }
}

/** Items of the Responses API without a role are calls and results. */
function isUser(turn: Json): boolean {
  return isObject(turn) && turn['role'] === 'user'
}

/** The one text of a turn, and the turn with a hole in its place. */
function textOf(turn: Json): { text: string; rest: Json } | undefined {
  if (!isObject(turn)) return undefined
  for (const field of ['content', 'parts'] as const) {
    const content = turn[field]
    if (typeof content === 'string') return { text: content, rest: { ...turn, [field]: hole } }
    if (!Array.isArray(content)) continue
    const [part, ...more] = content
    const text = isObject(part) ? part['text'] : undefined
    if (more.length > 0 || !isObject(part) || typeof text !== 'string') return undefined
    return { text, rest: { ...turn, [field]: [{ ...part, text: hole }] } }
  }
  return undefined
}

function hasPart(turn: Json, is: (part: JsonObject) => boolean): boolean {
  if (!isObject(turn)) return false
  if (is(turn)) return true
  for (const field of ['content', 'parts', 'output'] as const) {
    const parts = turn[field]
    if (Array.isArray(parts) && parts.some((part) => isObject(part) && (is(part) || hasPart(part, is))))
      return true
  }
  return false
}

const toolResults = new Set([
  'tool_result',
  'function_call_output',
  'tool',
  'function',
  'custom_tool_call_output',
])

function isToolResult(part: JsonObject): boolean {
  return (
    toolResults.has(String(part['type'] ?? '')) ||
    toolResults.has(String(part['role'] ?? '')) ||
    part['functionResponse'] !== undefined
  )
}

const mediaTypes = /image|audio|file|document|video|container/

function isMedia(part: JsonObject): boolean {
  if (part['inlineData'] !== undefined || part['fileData'] !== undefined || part['inline_data'] !== undefined)
    return true
  const { type } = part
  return typeof type === 'string' && mediaTypes.test(type)
}
