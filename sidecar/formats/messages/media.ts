import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { MediaPart } from '../../conversation/request.ts'

const imageTypes: readonly string[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']

/** How the base64 of each image type begins: for callers that did not state it. */
const imageStarts = [
  ['/9j/', 'image/jpeg'],
  ['iVBORw', 'image/png'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
] as const

export function writeMedia(part: MediaPart): JsonObject {
  switch (part.kind) {
    case 'image':
      return { type: 'image', source: imageSource(part) }
    case 'document':
      return {
        type: 'document',
        source: documentSource(part),
        ...(part.filename === undefined ? {} : { title: part.filename }),
      }
    default:
      throw refused(
        part.kind,
        'Anthropic models take no such input; route this request to a model that does.',
      )
  }
}

function imageSource(part: MediaPart): JsonObject {
  const { source } = part
  if (source.from !== 'base64') return sharedSource(part)
  const stated = part.mediaType?.toLowerCase()
  const type =
    stated === 'image/jpg'
      ? 'image/jpeg'
      : (stated ?? imageStarts.find(([start]) => source.data.startsWith(start))?.[1] ?? '')
  if (!imageTypes.includes(type)) throw refused('image', `Send it as one of ${imageTypes.join(', ')}.`)
  return { type: 'base64', media_type: type, data: source.data }
}

function documentSource(part: MediaPart): JsonObject {
  const { source, mediaType = 'application/pdf' } = part
  if (source.from === 'text') return { type: 'text', media_type: 'text/plain', data: source.text }
  if (source.from !== 'base64') return sharedSource(part)
  if (mediaType === 'application/pdf') return { type: 'base64', media_type: mediaType, data: source.data }
  if (mediaType.startsWith('text/')) {
    const data = Buffer.from(source.data, 'base64').toString('utf8')
    return { type: 'text', media_type: 'text/plain', data }
  }
  throw refused('document', 'Anthropic reads PDF and plain text; convert it to one of these.')
}

function sharedSource({ kind, source }: MediaPart): JsonObject {
  if (source.from === 'url' && /^https?:\/\//i.test(source.url)) return { type: 'url', url: source.url }
  if (source.from === 'file' && source.vendor === 'anthropic') return { type: 'file', file_id: source.id }
  const why =
    source.from === 'file'
      ? 'It is a file stored at another vendor; send its content as base64.'
      : 'It is neither base64 nor an http(s) address.'
  throw refused(kind, why)
}

function refused(kind: string, why: string): GatewayError {
  return new GatewayError(
    'untranslatable',
    `A part of kind ${kind} cannot be sent to this provider. ${why}`,
    {
      param: 'messages',
    },
  )
}
