import { isObject, type Json, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { CacheMark, MediaPart, Part, TextPart } from '../../conversation/request.ts'
import { type Dropped, invalid, requireObject, requireString, typeName } from './wire.ts'

const partKeys = new Set([
  'type',
  'text',
  'image_url',
  'video_url',
  'input_audio',
  'file',
  'refusal',
  'thinking',
  'cache_control',
  'prompt_cache_breakpoint',
])

/** Content as a string, a list of parts, or nothing. */
export function readContent(content: Json | undefined, path: string, dropped: Dropped): Part[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw invalid(path, `must be a string or a list, not ${typeName(content)}`)
  return content.map((part, index) => readPart(part, `${path}[${index}]`, dropped))
}

function readPart(value: Json, path: string, dropped: Dropped): Part {
  const part = requireObject(value, path)
  dropped.addUnknown(part, partKeys, 'messages.content.')
  const cache = readCacheMark(part)
  const marked = cache === undefined ? {} : { cache }
  switch (part['type']) {
    case 'text':
      return { type: 'text', text: requireString(part['text'], `${path}.text`), ...marked }
    case 'refusal':
      return { type: 'refusal', text: requireString(part['refusal'], `${path}.refusal`) }
    case 'image_url':
      return { ...imagePart(part['image_url'], `${path}.image_url`), ...marked }
    case 'video_url':
      return { ...mediaAt(urlOf(part['video_url'], `${path}.video_url`), 'video'), ...marked }
    case 'input_audio':
      return { ...audioPart(part['input_audio'], `${path}.input_audio`), ...marked }
    case 'file':
      return { ...filePart(part['file'], `${path}.file`), ...marked }
    case 'thinking':
      return { type: 'thinking', text: thinkingText(part['thinking']) }
    default:
      throw invalid(
        `${path}.type`,
        'must be text, image_url, input_audio, file or refusal: other kinds of content have no meaning here',
      )
  }
}

export function readCacheMark(holder: JsonObject): CacheMark | undefined {
  const mark = objectAt(holder, 'prompt_cache_breakpoint') ?? objectAt(holder, 'cache_control')
  if (mark === undefined) return undefined
  const ttl = stringAt(mark, 'ttl')
  if (ttl === '5m' || ttl === '30m' || ttl === '1h') return { ttl }
  // The longest that can be said elsewhere.
  return ttl === '12h' ? { ttl: '1h' } : {}
}

function imagePart(value: Json | undefined, path: string): MediaPart {
  const detail = stringAt(value, 'detail')
  return { ...mediaAt(urlOf(value, path), 'image'), ...(detail === undefined ? {} : { detail }) }
}

/** OpenAI wants an object with `url`; several hosts and clients say it as a plain string. */
function urlOf(value: Json | undefined, path: string): string {
  return isObject(value) ? requireString(value['url'], `${path}.url`) : requireString(value, path)
}

function mediaAt(url: string, kind: MediaPart['kind']): MediaPart {
  if (!url.startsWith('data:')) return { type: 'media', kind, source: { from: 'url', url } }
  const { mediaType, data } = parseDataUrl(url)
  return { type: 'media', kind, source: { from: 'base64', data }, mediaType }
}

function audioPart(value: Json | undefined, path: string): MediaPart {
  const audio = requireObject(value, path)
  const format = requireString(audio['format'], `${path}.format`)
  return {
    type: 'media',
    kind: 'audio',
    source: { from: 'base64', data: requireString(audio['data'], `${path}.data`) },
    mediaType: format === 'mp3' ? 'audio/mpeg' : `audio/${format}`,
  }
}

function filePart(value: Json | undefined, path: string): MediaPart {
  const file = requireObject(value, path)
  const filename = stringAt(file, 'filename')
  const named = filename === undefined ? {} : { filename }
  const id = stringAt(file, 'file_id')
  if (id !== undefined)
    return { type: 'media', kind: 'document', source: { from: 'file', id, vendor: 'openai' }, ...named }
  const data = requireString(file['file_data'], `${path}.file_data`)
  if (!/^(data:|https?:)/.test(data)) {
    const source = { from: 'base64', data } as const
    return { type: 'media', kind: 'document', source, mediaType: 'application/pdf', ...named }
  }
  const media = mediaAt(data, 'document')
  return { ...media, kind: kindOf(media.mediaType), ...named }
}

function kindOf(mediaType: string | undefined): MediaPart['kind'] {
  const family = mediaType?.split('/')[0]
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document'
}

/** No regular expression over the whole: these run to many megabytes. */
function parseDataUrl(url: string): { mediaType: string; data: string } {
  const comma = url.indexOf(',')
  const head = comma < 0 ? '' : url.slice('data:'.length, comma)
  const payload = url.slice(comma + 1)
  const mediaType = head.split(';')[0] || 'text/plain'
  if (head.endsWith(';base64')) return { mediaType, data: payload }
  return { mediaType, data: Buffer.from(decoded(payload)).toString('base64') }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Mistral writes thinking as a list of text parts. */
function thinkingText(value: Json | undefined): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.map((part) => stringAt(part, 'text') ?? '').join('') : ''
}

export function isText(part: Part): part is TextPart {
  return part.type === 'text'
}
