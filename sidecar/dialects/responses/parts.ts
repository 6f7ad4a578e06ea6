import { isObject, type Json, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { CacheMark, MediaPart, TextPart } from '../../conversation/request.ts'
import { invalid, untranslatable } from './refuse.ts'

type Content = TextPart | MediaPart

/** Content of a user message or of a tool output: a string, or a list of input parts. */
export function readContent(content: Json | undefined, param: string): Content[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw invalid(param, 'must be a string or an array of content parts')
  return content.map((part, index) => readPart(part, `${param}[${index}]`))
}

function readPart(part: Json, param: string): Content {
  if (!isObject(part)) throw invalid(param, 'must be an object')
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: required(part, 'text', param), ...cacheOf(part) }
    case 'input_image':
      return readImage(part, param)
    case 'input_file':
      return readFile(part, param)
    case 'input_audio':
      return readAudio(part, param)
    default:
      throw untranslatable(
        `${param}.type`,
        'is not one of input_text, input_image, input_file, input_audio; send the content as one of these',
      )
  }
}

export function required(part: JsonObject, key: string, param: string): string {
  const value = stringAt(part, key)
  if (value === undefined) throw invalid(`${param}.${key}`, 'must be a string')
  return value
}

function readImage(part: JsonObject, param: string): MediaPart {
  const detail = stringAt(part, 'detail')
  const rest = { ...(detail !== undefined && { detail }), ...cacheOf(part) }
  const url = stringAt(part, 'image_url')
  if (url !== undefined) return { type: 'media', kind: 'image', ...fromUrl(url), ...rest }
  const fileId = stringAt(part, 'file_id')
  if (fileId === undefined) throw invalid(param, 'needs `image_url` or `file_id`')
  return { type: 'media', kind: 'image', source: { from: 'file', id: fileId, vendor: 'openai' }, ...rest }
}

function readFile(part: JsonObject, param: string): MediaPart {
  const filename = stringAt(part, 'filename')
  const detail = stringAt(part, 'detail')
  const rest = {
    ...(filename !== undefined && { filename }),
    ...(detail !== undefined && { detail }),
    ...cacheOf(part),
  }
  const data = stringAt(part, 'file_data')
  if (data !== undefined) return { type: 'media', kind: 'document', ...fromFileData(data, filename), ...rest }
  const url = stringAt(part, 'file_url')
  if (url !== undefined) return { type: 'media', kind: 'document', ...fromUrl(url), ...rest }
  const fileId = stringAt(part, 'file_id')
  if (fileId === undefined) throw invalid(param, 'needs `file_data`, `file_url` or `file_id`')
  return { type: 'media', kind: 'document', source: { from: 'file', id: fileId, vendor: 'openai' }, ...rest }
}

function readAudio(part: JsonObject, param: string): MediaPart {
  const audio = objectAt(part, 'input_audio') ?? {}
  const data = required(audio, 'data', `${param}.input_audio`)
  const mediaType = `audio/${stringAt(audio, 'format') ?? 'wav'}`
  return { type: 'media', kind: 'audio', source: { from: 'base64', data }, mediaType, ...cacheOf(part) }
}

type Origin = Pick<MediaPart, 'source' | 'mediaType'>

function fromUrl(url: string): Origin {
  // A data URL can be megabytes long: only its head is matched.
  const head = /^data:([^;,]*)(?:;[^;,]+)*?;base64,/i.exec(url.slice(0, 300))
  if (head === null) return { source: { from: 'url', url } }
  const mediaType = head[1]
  const data = url.slice(head[0].length)
  return { source: { from: 'base64', data }, ...(mediaType && { mediaType }) }
}

/** Callers send a data URL, or bare base64 whose type only the file name tells. */
function fromFileData(data: string, filename: string | undefined): Origin {
  if (data.startsWith('data:')) return fromUrl(data)
  const isPdf = filename?.toLowerCase().endsWith('.pdf') ?? false
  return { source: { from: 'base64', data }, ...(isPdf && { mediaType: 'application/pdf' }) }
}

function cacheOf(part: JsonObject): { cache?: CacheMark } {
  const breakpoint = objectAt(part, 'prompt_cache_breakpoint')
  if (breakpoint === undefined) return {}
  // Other lifetimes have no counterpart elsewhere; the mark itself does.
  return { cache: breakpoint['ttl'] === '30m' ? { ttl: '30m' } : {} }
}
