import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'
import type { MediaPart, Part, TextPart, ThinkingPart, ToolResultPart } from '../../conversation/request.ts'
import {
  asObject,
  booleanField,
  cacheOf,
  type DroppedFields,
  listField,
  required,
  textField,
} from './fields.ts'
import { readSource } from './media.ts'
import { unwrapProof } from './signature.ts'

/** Content as it stands in messages: a string, or blocks. */
export function readContent(
  content: Json | undefined,
  path: string,
  dropped: DroppedFields,
): readonly Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const blocks = Array.isArray(content) ? content : undefined
  return required(blocks, path, 'a string or an array of content blocks').flatMap((block, index) =>
    readBlock(asObject(block, `${path}.${index}`), `${path}.${index}`, dropped),
  )
}

/** Text blocks only: system prompts. */
export function readTexts(
  content: Json | undefined,
  path: string,
  dropped: DroppedFields,
): readonly TextPart[] {
  return readContent(content, path, dropped).filter((part) => {
    if (part.type !== 'text') dropped.add(`${path.replace(/\.\d+/g, '')}.${part.type}`)
    return part.type === 'text'
  })
}

function readBlock(block: JsonObject, path: string, dropped: DroppedFields): readonly Part[] {
  const type = required(textField(block, 'type', `${path}.type`), `${path}.type`, 'a string')
  switch (type) {
    case 'thinking':
      return [readThinking(block, path)]
    case 'redacted_thinking':
      return [readRedacted(block, path)]
    case 'tool_use':
      return [readToolUse(block, path, dropped)]
    case 'tool_result':
      return [readToolResult(block, path, dropped)]
    default:
      return readPlain(type, block, { path, dropped })
  }
}

interface Place {
  readonly path: string
  readonly dropped: DroppedFields
}

/** What may stand in a message as well as in a tool result. Unknown blocks and those of server tools are named. */
function readPlain(type: string, block: JsonObject, place: Place): readonly (TextPart | MediaPart)[] {
  const { path, dropped } = place
  switch (type) {
    case 'text': {
      const text = required(textField(block, 'text', `${path}.text`), `${path}.text`, 'a string')
      if (Array.isArray(block['citations']) && block['citations'].length > 0) dropped.add('citations')
      return [{ type: 'text', text, ...cacheOf(block, path) }]
    }
    case 'image':
      return [{ type: 'media', kind: 'image', ...readSource(block, path), ...cacheOf(block, path) }]
    case 'document':
      return readDocument(block, place)
    case 'search_result':
      return [readSearchResult(block, path)]
    default:
      dropped.add(type)
      return []
  }
}

function readDocument(block: JsonObject, place: Place): readonly (TextPart | MediaPart)[] {
  const { path, dropped } = place
  if (block['context']) dropped.add('document.context')
  if (isObject(block['citations']) && block['citations']['enabled'] === true)
    dropped.add('document.citations')
  const source = block['source']
  // A document made of blocks is what its blocks are.
  if (isObject(source) && source['type'] === 'content') {
    return readParts(source['content'], { path: `${path}.source.content`, dropped })
  }
  const title = textField(block, 'title', `${path}.title`)
  const filename = title === undefined ? {} : { filename: title }
  const part = { type: 'media', kind: 'document', ...readSource(block, path) } as const
  return [{ ...part, ...filename, ...cacheOf(block, path) }]
}

function readParts(content: Json | undefined, place: Place): readonly (TextPart | MediaPart)[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const blocks = Array.isArray(content) ? content : undefined
  return required(blocks, place.path, 'a string or an array of content blocks').flatMap((item, index) => {
    const path = `${place.path}.${index}`
    const block = asObject(item, path)
    const type = required(textField(block, 'type', `${path}.type`), `${path}.type`, 'a string')
    return readPlain(type, block, { path, dropped: place.dropped })
  })
}

/** Other vendors have no search results: title, source and text in one text. */
function readSearchResult(block: JsonObject, path: string): TextPart {
  const texts = (listField(block, 'content', `${path}.content`) ?? []).map((item) =>
    isObject(item) && typeof item['text'] === 'string' ? item['text'] : '',
  )
  const head = [textField(block, 'title', `${path}.title`), textField(block, 'source', `${path}.source`)]
  const lines = [...head, ...texts].filter((line) => line !== undefined && line !== '')
  return { type: 'text', text: lines.join('\n'), ...cacheOf(block, path) }
}

function readThinking(block: JsonObject, path: string): ThinkingPart {
  const text = textField(block, 'thinking', `${path}.thinking`) ?? ''
  const signature = textField(block, 'signature', `${path}.signature`) ?? ''
  // Thinking of vendors that give no proof went out with an empty signature.
  if (signature === '') return { type: 'thinking', text }
  const foreign = unwrapProof(signature)
  return { type: 'thinking', text, ...(foreign ?? { signature, issuer: 'anthropic' }) }
}

function readRedacted(block: JsonObject, path: string): ThinkingPart {
  const data = required(textField(block, 'data', `${path}.data`), `${path}.data`, 'a string')
  const foreign = unwrapProof(data)
  return { type: 'thinking', text: '', ...(foreign ?? { redacted: data, issuer: 'anthropic' }) }
}

function readToolUse(block: JsonObject, path: string, dropped: DroppedFields): Part {
  if (block['toolset_name']) dropped.add('toolset_name')
  const input = block['input'] ?? {}
  return {
    type: 'tool_call',
    id: required(textField(block, 'id', `${path}.id`), `${path}.id`, 'a string'),
    name: required(textField(block, 'name', `${path}.name`), `${path}.name`, 'a string'),
    arguments: JSON.stringify(asObject(input, `${path}.input`)),
    ...cacheOf(block, path),
  }
}

function readToolResult(block: JsonObject, path: string, dropped: DroppedFields): ToolResultPart {
  const idPath = `${path}.tool_use_id`
  const content = block['content'] ?? ''
  const parts = readParts(content, { path: `${path}.content`, dropped })
  const isError = booleanField(block, 'is_error', `${path}.is_error`)
  return {
    type: 'tool_result',
    callId: required(textField(block, 'tool_use_id', idPath), idPath, 'a string'),
    parts,
    ...(isError === undefined ? {} : { isError }),
    ...cacheOf(block, path),
  }
}
