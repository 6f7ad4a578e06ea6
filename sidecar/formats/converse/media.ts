import { GatewayError } from '../../../contract/errors.ts'
import type { Json, JsonObject } from '../../../contract/json.ts'
import type { MediaPart } from '../../conversation/request.ts'
import type { ModelTraits } from './models.ts'

type Kind = MediaPart['kind']

const imageFormats: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
}

const documentFormats: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
}

const videoFormats: Readonly<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/x-matroska': 'mkv',
  'video/webm': 'webm',
  'video/x-flv': 'flv',
  'video/mpeg': 'mpeg',
  'video/x-ms-wmv': 'wmv',
  'video/3gpp': 'three_gp',
}

const audioFormats: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'audio/mp4': 'mp4',
  'audio/ogg': 'ogg',
  'audio/opus': 'opus',
  'audio/webm': 'webm',
}

const formatsOf: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  image: imageFormats,
  document: documentFormats,
  video: videoFormats,
  audio: audioFormats,
}

/** Extensions that are not their format's own name. */
const formatByExtension: Readonly<Record<string, string>> = { jpg: 'jpeg', '3gp': 'three_gp', htm: 'html' }

/** A media block of Converse. Throws for what Bedrock cannot be given, naming the mend. */
export function writeMedia(part: MediaPart, traits: ModelTraits, names: DocumentNames): JsonObject {
  if (part.kind === 'audio' && traits.family === 'claude') {
    throw refused(part, 'this model takes no audio: transcribe it first, or route audio to another model')
  }
  const source = writeSource(part)
  const format = formatOf(part)
  if (part.kind === 'document') return { document: { format, name: names.next(part.filename), source } }
  return { [part.kind]: { format, source } }
}

function writeSource(part: MediaPart): JsonObject {
  const { source } = part
  switch (source.from) {
    case 'base64':
      return { bytes: source.data }
    case 'text':
      if (part.kind === 'document') return { text: source.text }
      throw refused(part, 'its content is text: send base64')
    case 'url':
      if (source.url.startsWith('s3://')) return { s3Location: { uri: source.url } }
      throw refused(part, 'Bedrock fetches no web addresses: send base64 or an s3:// address')
    case 'file':
      throw refused(part, 'it is a file uploaded to another provider: send its content')
  }
}

function formatOf(part: MediaPart): Json {
  const mediaType = part.mediaType?.toLowerCase().split(';', 1)[0]?.trim()
  const table = formatsOf[part.kind]
  if (mediaType !== undefined && Object.hasOwn(table, mediaType)) return table[mediaType] ?? null
  const name = part.source.from === 'url' ? part.source.url : part.filename
  const extension = /\.([a-z0-9]{2,4})(?:$|[?#])/i.exec(name ?? '')?.[1]?.toLowerCase() ?? ''
  const format = Object.hasOwn(formatByExtension, extension) ? formatByExtension[extension] : extension
  if (format !== undefined && Object.values(table).includes(format)) return format
  if (part.kind === 'document' && part.source.from === 'text') return 'txt'
  throw refused(part, `its media type is none of ${Object.keys(table).join(', ')}`)
}

/** Names of documents: a few characters only, and each once in a request. */
export class DocumentNames {
  readonly #used = new Set<string>()

  next(filename: string | undefined): string {
    const base = sanitised(filename ?? '') || 'document'
    let name = base
    for (let count = 2; this.#used.has(name); count += 1) name = `${base} ${count}`
    this.#used.add(name)
    return name
  }
}

/** Letters, digits, single spaces, hyphens and brackets; the extension is in the format already. */
function sanitised(filename: string): string {
  return filename
    .replace(/\.[A-Za-z0-9]{1,5}$/, '')
    .replace(/[^A-Za-z0-9\-()[\]]+/g, ' ')
    .trim()
    .slice(0, 150)
    .trim()
}

function refused(part: MediaPart, why: string): GatewayError {
  const param = `messages[].content[].${part.kind}`
  return new GatewayError('untranslatable', `The ${part.kind} cannot be sent to Bedrock: ${why}.`, { param })
}
