import type { Capability } from '../../contract/config/candidate.ts'
import { isObject, type Json, stringAt } from '../../contract/json.ts'
import type { DialectName } from '../dialects/dialect.ts'
import { type Fields, outlineOf, toolsIn } from './turns.ts'

interface Body extends Fields {
  has(key: string): boolean
  slice(key: string): Buffer | undefined
}

const turnKeys = ['messages', 'input', 'contents'] as const

/**
 * Words that stand in every request with media. Inside a text their quotes are escaped, so a prompt that speaks of
 * images is not taken for one that has some; where the word is found, the parts are looked at.
 */
const mediaWords = [
  '"image_url"',
  '"input_image"',
  '"image"',
  '"input_audio"',
  '"document"',
  '"file"',
  '"input_file"',
  '"inlineData"',
  '"inline_data"',
  '"fileData"',
  '"file_data"',
]

/** What the request asks of a model, from its own fields. Looks at the turns only where media may be in them. */
export function needsOf(body: Body, dialect: DialectName): ReadonlySet<Capability> {
  const needs = new Set<Capability>()
  if ((body.has('tools') || body.has('functions')) && toolsIn(body)) addTools(needs, body.get('tools'))
  if (hasSchema(body)) needs.add('json_schema')
  if (asksToReason(body)) needs.add('reasoning')
  if (body.has('web_search_options')) needs.add('web_search')
  if (mayHaveMedia(body))
    for (const turn of outlineOf(body, dialect).turns) for (const kind of turn.media) needs.add(kind)
  return needs
}

function mayHaveMedia(body: Body): boolean {
  return turnKeys.some((key) => {
    const bytes = body.slice(key)
    return bytes !== undefined && bytes[0] === bracket && mediaWords.some((word) => bytes.includes(word))
  })
}

const bracket = '['.charCodeAt(0)

/** A vendor's own search is no function that any model could call. */
function addTools(needs: Set<Capability>, tools: Json | undefined): void {
  for (const tool of Array.isArray(tools) ? tools : [undefined]) {
    const isSearch =
      isObject(tool) && (isSearchType(stringAt(tool, 'type')) || searchNames.some((name) => name in tool))
    if (isSearch) needs.add('web_search')
    // One entry of Gemini may be both.
    if (!isSearch || functionNames.some((name) => name in tool)) needs.add('tools')
  }
}

const searchNames = ['google_search', 'googleSearch', 'google_search_retrieval', 'googleSearchRetrieval']
const functionNames = ['functionDeclarations', 'function_declarations']

function isSearchType(type: string | undefined): boolean {
  return type?.startsWith('web_search') === true
}

/** The answer must follow a schema, in any dialect's words. */
export function hasSchema(body: Fields & { has(key: string): boolean }): boolean {
  const read = (key: string) => (body.has(key) ? body.get(key) : undefined)
  return (
    stringAt(read('response_format'), 'type') === 'json_schema' ||
    isObject(at(read('output_config'), 'format')) ||
    isObject(read('output_format')) ||
    stringAt(at(read('text'), 'format'), 'type') === 'json_schema' ||
    schemaNames.some((key) => isObject(at(configOf(body), key)))
  )
}

const schemaNames = ['responseSchema', 'responseJsonSchema', 'response_schema', 'response_json_schema']

function configOf(body: Fields): Json | undefined {
  return body.get('generationConfig') ?? body.get('generation_config')
}

/** Thinking that is asked for; asking for none is no need. */
function asksToReason(body: Fields & { has(key: string): boolean }): boolean {
  const read = (key: string) => (body.has(key) ? body.get(key) : undefined)
  if (isEffort(read('reasoning_effort')) || isEffort(at(read('reasoning'), 'effort'))) return true
  const type = stringAt(read('thinking'), 'type')
  if (type !== undefined) return type !== 'disabled'
  const config = configOf(body)
  const thinking = at(config, 'thinkingConfig') ?? at(config, 'thinking_config')
  return isObject(thinking) && (thinking['thinkingBudget'] ?? thinking['thinking_budget']) !== 0
}

function isEffort(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== 'none' && value !== 'minimal'
}

function at(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined
}
