import { GatewayError } from '../../contract/errors.ts'
import type { JsonObject } from '../../contract/json.ts'

/** What somebody thought of an answer. */
export interface Feedback {
  readonly requestId: string
  readonly name: string
  readonly value: number
  /** It came with words; they are not kept. */
  readonly hasComment: boolean
}

/** Larger than any comment that people write by hand. */
export const feedbackBytesMax = 65_536
const commentCharsMax = 10_000

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
// Names become labels and parts of queries; people choose few of them.
const scoreName = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/

const fields = ['request_id', 'name', 'value', 'comment']

/** Every refusal names its field. The request itself may be unknown here: it may be a week old, or of another sidecar. */
export function readFeedback(body: JsonObject): Feedback {
  const unknown = Object.keys(body).find((key) => !fields.includes(key))
  if (unknown !== undefined) refuse(unknown.slice(0, 64), `is not known; known are ${fields.join(', ')}`)
  const { request_id: requestId, name, value, comment } = body
  if (typeof requestId !== 'string' || !uuid.test(requestId))
    return refuse('request_id', 'must be the id that the answer carried in x-sidelight-request-id')
  if (typeof name !== 'string' || !scoreName.test(name))
    return refuse('name', 'must be `thumbs` or a name of letters, digits and . _ -, at most 64 characters')
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    return refuse('value', 'must be a number from 0 to 1')
  if (name === 'thumbs' && value !== 0 && value !== 1)
    return refuse('value', 'must be 0 (down) or 1 (up) for thumbs')
  if (comment !== undefined && comment !== null && typeof comment !== 'string')
    return refuse('comment', 'must be text')
  if (typeof comment === 'string' && comment.length > commentCharsMax)
    return refuse('comment', `must have at most ${commentCharsMax} characters`)
  return { requestId: requestId.toLowerCase(), name, value, hasComment: !!comment }
}

function refuse(field: string, what: string): never {
  throw new GatewayError('invalid_body', `The field ${field} ${what}.`, { param: field })
}
