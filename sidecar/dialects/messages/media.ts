import type { JsonObject } from '../../../contract/json.ts'
import type { MediaPart } from '../../conversation/request.ts'
import { invalid, objectField, required, textField } from './fields.ts'

type Source = Pick<MediaPart, 'source' | 'mediaType'>

/** The `source` of an image or a document. */
export function readSource(block: JsonObject, path: string): Source {
  const at = `${path}.source`
  const source = required(objectField(block, 'source', at), at, 'an object')
  const text = (key: string) => required(textField(source, key, `${at}.${key}`), `${at}.${key}`, 'a string')
  switch (source['type']) {
    case 'base64':
      return { source: { from: 'base64', data: text('data') }, mediaType: text('media_type') }
    case 'url':
      return { source: { from: 'url', url: text('url') } }
    case 'text':
      return { source: { from: 'text', text: text('data') }, mediaType: 'text/plain' }
    case 'file':
      return { source: { from: 'file', id: text('file_id'), vendor: 'anthropic' } }
    default:
      throw invalid(`${at}.type`, 'base64, url, text or file')
  }
}
