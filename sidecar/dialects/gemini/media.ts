import type { Json } from '../../../contract/json.ts'
import type { MediaPart } from '../../conversation/request.ts'
import { objectField, stringField } from './fields.ts'

const extensions: Readonly<Record<string, MediaPart['kind']>> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  webp: 'image',
  gif: 'image',
  heic: 'image',
  heif: 'image',
  mp3: 'audio',
  wav: 'audio',
  flac: 'audio',
  ogg: 'audio',
  aac: 'audio',
  m4a: 'audio',
  mp4: 'video',
  mov: 'video',
  webm: 'video',
  mpeg: 'video',
}

/** `inlineData` and `fileData`; undefined when the part is neither. */
export function readMedia(part: Json): MediaPart | undefined {
  const inline = objectField(part, 'inlineData')
  const data = stringField(inline, 'data')
  if (data !== undefined) {
    const mediaType = stringField(inline, 'mimeType')
    return mediaPart({ from: 'base64', data }, mediaType, stringField(inline, 'displayName'))
  }
  const file = objectField(part, 'fileData')
  const uri = stringField(file, 'fileUri')
  if (uri === undefined) return undefined
  const source: MediaPart['source'] = isGoogleFile(uri)
    ? { from: 'file', id: uri, vendor: 'google' }
    : { from: 'url', url: uri }
  return mediaPart(source, stringField(file, 'mimeType'), stringField(file, 'displayName'))
}

function mediaPart(
  source: MediaPart['source'],
  mediaType: string | undefined,
  filename: string | undefined,
): MediaPart {
  return {
    type: 'media',
    kind: kindOf(mediaType, source.from === 'url' ? source.url : ''),
    source,
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(filename === undefined ? {} : { filename }),
  }
}

/** Files of the Files API and of Cloud Storage are readable to Google alone. */
function isGoogleFile(uri: string): boolean {
  return uri.startsWith('gs://') || /^https:\/\/generativelanguage\.googleapis\.com\//.test(uri)
}

function kindOf(mediaType: string | undefined, url: string): MediaPart['kind'] {
  const family = mediaType?.split('/', 1)[0]
  if (family === 'image' || family === 'audio' || family === 'video') return family
  if (mediaType !== undefined) return 'document'
  if (/^https?:\/\/(www\.)?(youtube\.com|youtu\.be)\//.test(url)) return 'video'
  const extension = /\.([a-z0-9]{2,5})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? ''
  return extensions[extension] ?? 'document'
}
