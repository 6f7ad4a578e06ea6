import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { MediaPart, Part } from '../../conversation/request.ts'

/** A part of a user's message, of instructions or of a tool result. */
export function contentPart(part: Part, dropped: Set<string>): JsonObject[] {
  // OpenAI caches prompts by itself; marks need newer models and have other lifetimes.
  if ('cache' in part && part.cache !== undefined) dropped.add('cache_control')
  switch (part.type) {
    case 'text':
      return [{ type: 'input_text', text: part.text }]
    case 'refusal':
      return [{ type: 'input_text', text: part.text }]
    case 'media':
      return [mediaPart(part)]
    default:
      return []
  }
}

function mediaPart(part: MediaPart): JsonObject {
  switch (part.kind) {
    case 'image':
      return imagePart(part)
    case 'document':
      return documentPart(part)
    case 'audio':
      return audioPart(part)
    case 'video':
      throw untranslatable('The model takes no video; send images, or choose a model that does.')
  }
}

function imagePart(part: MediaPart): JsonObject {
  const detail = part.detail ?? 'auto'
  const { source } = part
  if (source.from === 'url') return { type: 'input_image', detail, image_url: source.url }
  if (source.from === 'base64') {
    return { type: 'input_image', detail, image_url: dataUrl(part.mediaType ?? 'image/png', source.data) }
  }
  return { type: 'input_image', detail, file_id: fileId(part) }
}

function documentPart(part: MediaPart): JsonObject {
  const { source } = part
  if (source.from === 'url') return { type: 'input_file', file_url: source.url }
  if (source.from === 'file') return { type: 'input_file', file_id: fileId(part) }
  const isText = source.from === 'text'
  const mediaType = part.mediaType ?? (isText ? 'text/plain' : 'application/pdf')
  const data = isText ? Buffer.from(source.text, 'utf8').toString('base64') : source.data
  // OpenAI refuses inline files that have no name.
  const filename = part.filename ?? (isText ? 'document.txt' : 'document.pdf')
  return { type: 'input_file', filename, file_data: dataUrl(mediaType, data) }
}

function audioPart(part: MediaPart): JsonObject {
  if (part.source.from !== 'base64')
    throw untranslatable('Send audio as base64: the model takes no audio by URL.')
  const subtype = part.mediaType?.slice('audio/'.length) ?? 'wav'
  const format = subtype === 'mpeg' ? 'mp3' : subtype.replace(/^x-/, '')
  return { type: 'input_audio', input_audio: { data: part.source.data, format } }
}

function fileId(part: MediaPart): string {
  if (part.source.from === 'file' && part.source.vendor === 'openai') return part.source.id
  throw untranslatable('An uploaded file is known only to the vendor it was uploaded to; send its content.')
}

function dataUrl(mediaType: string, base64: string): string {
  return `data:${mediaType};base64,${base64}`
}

function untranslatable(message: string): GatewayError {
  return new GatewayError('untranslatable', message)
}
