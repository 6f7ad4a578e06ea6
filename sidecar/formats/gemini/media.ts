import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { MediaPart } from '../../conversation/request.ts'
import { type GeminiModel, wantsSignatures } from './models.ts'

const usualTypes: Readonly<Record<MediaPart['kind'], string>> = {
  image: 'image/jpeg',
  audio: 'audio/wav',
  video: 'video/mp4',
  document: 'application/pdf',
}

const typeByExtension: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  mp3: 'audio/mp3',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
}

const resolutions: Readonly<Record<string, string>> = {
  low: 'MEDIA_RESOLUTION_LOW',
  high: 'MEDIA_RESOLUTION_HIGH',
}

/** One medium as a part. Addresses are fetched by Google; their type must be stated, so it is guessed. */
export function writeMedia(part: MediaPart, model: GeminiModel, dropped: Set<string>): JsonObject {
  const { source } = part
  if (source.from === 'text') {
    return { text: part.filename === undefined ? source.text : `${part.filename}\n\n${source.text}` }
  }
  const resolution = resolutions[part.detail ?? '']
  const perPart = resolution !== undefined && wantsSignatures(model)
  if (resolution !== undefined && !perPart) dropped.add('detail')
  return { ...writeSource(part), ...(perPart ? { mediaResolution: { level: resolution } } : {}) }
}

function writeSource(part: MediaPart): JsonObject {
  const { source } = part
  switch (source.from) {
    case 'base64':
      return { inlineData: { mimeType: part.mediaType ?? usualTypes[part.kind], data: source.data } }
    case 'url':
      return {
        fileData: { fileUri: source.url, mimeType: part.mediaType ?? guessType(part.kind, source.url) },
      }
    case 'file':
      if (source.vendor !== 'google') throw foreignFile()
      return {
        fileData: {
          fileUri: source.id,
          ...(part.mediaType === undefined ? {} : { mimeType: part.mediaType }),
        },
      }
    default:
      return { text: source.text }
  }
}

function guessType(kind: MediaPart['kind'], url: string): string {
  const extension = /\.([a-z0-9]{2,5})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? ''
  return typeByExtension[extension] ?? usualTypes[kind]
}

function foreignFile(): GatewayError {
  return new GatewayError(
    'untranslatable',
    'The request names a file that was uploaded to another provider, which Google cannot read: send its content or a URL.',
    { param: 'file_id' },
  )
}
