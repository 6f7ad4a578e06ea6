import { isObject, type Json, stringAt } from '../../../contract/json.ts'
import type { JsonBody } from '../../body/json-body.ts'
import type { Attempt, Context } from '../../context.ts'

/**
 * Whether the request may be sent once more. A body that was passed on as it came is gone; and what leaves
 * something behind at the provider is not done twice once an answer had begun.
 */
export function isRepeatable({ body }: Context, failed: Attempt | undefined): boolean {
  if (body === undefined) return false
  const status = failed?.httpStatus ?? 0
  const hadBegun = status >= 200 && status < 300
  return !hadBegun || !leavesTraces(body)
}

/** Tools that the provider itself runs, and what it keeps: to ask twice for these is to do something twice. */
export function leavesTraces(body: JsonBody): boolean {
  if (isTrue(body, 'store') || isTrue(body, 'background')) return true
  if (references.some((key) => body.has(key) && body.get(key) !== null)) return true
  const tools = body.has('tools') ? body.get('tools') : undefined
  return Array.isArray(tools) && tools.some(isHosted)
}

const references = ['previous_response_id', 'conversation', 'container', 'mcp_servers', 'web_search_options']

function isTrue(body: JsonBody, key: string): boolean {
  return body.has(key) && body.get(key) === true
}

/** Run by whoever asks, in the words of OpenAI and Anthropic. */
const ownTools = /^(function|custom|namespace|local_shell|apply_patch|bash_|text_editor_|computer|memory_)/

function isHosted(tool: Json): boolean {
  if (!isObject(tool)) return false
  const type = stringAt(tool, 'type')
  if (type !== undefined) return !ownTools.test(type)
  // Anthropic's own tools have a name, Gemini's a key: googleSearch, codeExecution, urlContext.
  if (typeof tool['name'] === 'string') return false
  return Object.keys(tool).some((key) => !/^function_?declarations$/i.test(key))
}
