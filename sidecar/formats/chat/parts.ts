import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { CacheMark, MediaPart, TextPart } from '../../conversation/request.ts'
import type { HostQuirks } from '../format.ts'

export interface ContentContext {
  readonly quirks: HostQuirks
  readonly dropped: Set<string>
}

/** A single unmarked text goes as a string: every host takes that. */
export function writeContent(
  parts: readonly (TextPart | MediaPart)[],
  context: ContentContext,
): string | JsonObject[] {
  const [first] = parts
  if (first === undefined) return ''
  const isPlain = parts.length === 1 && first.type === 'text' && first.cache === undefined
  return isPlain ? first.text : parts.map((part) => writePart(part, context))
}

export function writePart(part: TextPart | MediaPart, context: ContentContext): JsonObject {
  const written = part.type === 'text' ? { type: 'text', text: part.text } : writeMedia(part)
  return part.cache === undefined ? written : { ...written, ...writeMark(part.cache, context) }
}

function writeMark(mark: CacheMark, { quirks, dropped }: ContentContext): JsonObject {
  switch (quirks.cacheMarks) {
    case 'cache_control':
      return { cache_control: { type: 'ephemeral', ...(mark.ttl === '1h' ? { ttl: '1h' } : {}) } }
    case 'prompt_cache_breakpoint':
      return { prompt_cache_breakpoint: { mode: 'explicit' } }
    default:
      dropped.add('cache_control')
      return {}
  }
}

function writeMedia(part: MediaPart): JsonObject {
  const { source } = part
  if (source.from === 'text') return { type: 'text', text: source.text }
  if (source.from === 'file') return fileById(source)
  switch (part.kind) {
    case 'image':
      return {
        type: 'image_url',
        image_url: { url: urlOf(part), ...(part.detail === undefined ? {} : { detail: part.detail }) },
      }
    case 'audio':
      return audio(part)
    case 'document':
      return document(part)
    case 'video':
      // Not OpenAI's, but what the hosts that take video (Qwen, vLLM) call it.
      return { type: 'video_url', video_url: { url: urlOf(part) } }
  }
}

function fileById(source: { readonly id: string; readonly vendor: string }): JsonObject {
  if (source.vendor === 'openai') return { type: 'file', file: { file_id: source.id } }
  throw refused('A file uploaded to one vendor means nothing to another: send its content instead.')
}

function urlOf(part: MediaPart): string {
  const { source } = part
  if (source.from === 'url') return source.url
  if (source.from !== 'base64') return ''
  const fallback = part.kind === 'video' ? 'video/mp4' : 'image/png'
  return `data:${part.mediaType ?? fallback};base64,${source.data}`
}

const audioFormats: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
}

function audio(part: MediaPart): JsonObject {
  const format = audioFormats[part.mediaType ?? '']
  if (part.source.from !== 'base64' || format === undefined)
    throw refused('Sound can only be sent to this provider as base64 in wav or mp3.')
  return { type: 'input_audio', input_audio: { data: part.source.data, format } }
}

function document(part: MediaPart): JsonObject {
  if (part.source.from !== 'base64')
    throw refused('A document can only be sent to this provider as base64, not by its address.')
  const mediaType = part.mediaType ?? 'application/pdf'
  const data = `data:${mediaType};base64,${part.source.data}`
  return { type: 'file', file: { filename: part.filename ?? 'document.pdf', file_data: data } }
}

function refused(message: string): GatewayError {
  return new GatewayError('untranslatable', message, { param: 'messages' })
}
