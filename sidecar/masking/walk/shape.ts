/** What is done with a string of a body, by the place it stands at. */
export type Treatment =
  /** Names, ids, signatures: never looked at. */
  | 'skip'
  | 'text'
  /** A tool's data: where it is JSON its strings are looked at one by one, under their keys; else it is text. */
  | 'data'
  /** Base64 and data URLs, which no detector reads; anything else is text. */
  | 'media'
  /** What the model thought: shown to callers as it was, so what looks like a placeholder in it is one. */
  | 'thinking'
  /** Says who the end user is: whoever reads it must still be able to tell two users apart. */
  | 'identity'

/** A plan of a JSON body: what stands where. Arrays are stepped through as if their elements stood there. */
export interface Shape {
  readonly leaf: Treatment
  readonly fields?: Readonly<Record<string, Shape>>
  /** Of fields without a plan of their own; default: the same plan without its fields. */
  readonly rest?: Shape
  /** Its keys are data too. */
  readonly hasDataKeys?: true
  /** Grows from request to request: what stands elsewhere is numbered first, so that its numbers never change. */
  readonly isHistory?: true
  /** Numbers stand for text here (tokens). */
  readonly hasTokens?: true
  /** What one of its strings says changes how the others are treated. */
  readonly when?: {
    readonly key: string
    readonly is: readonly string[]
    readonly as: Treatment
    /** What else the same string may say. */
    readonly or?: Readonly<Record<string, Treatment>>
  }
}

export const skip: Shape = { leaf: 'skip' }
export const text: Shape = { leaf: 'text' }
export const media: Shape = { leaf: 'media' }
export const identity: Shape = { leaf: 'identity' }
export const thinking: Shape = { leaf: 'thinking' }
export const data: Shape = { leaf: 'data', hasDataKeys: true }

/** Fields of every dialect that name, number or prove something; unknown fields are looked at like text. */
export const machineFields: Readonly<Record<string, Shape>> = Object.fromEntries(
  [
    'call_id',
    'detail',
    'encrypted_content',
    'file_id',
    'finishReason',
    'format',
    'id',
    'item_id',
    'mediaType',
    'media_type',
    'mimeType',
    'mime_type',
    'model',
    'modelVersion',
    'object',
    'previous_response_id',
    'responseId',
    'role',
    'service_tier',
    'signature',
    'status',
    'system_fingerprint',
    'thoughtSignature',
    'thought_signature',
    'tool_call_id',
    'tool_use_id',
    'type',
  ].map((name) => [name, skip]),
)

export function shape(leaf: Treatment, fields: Readonly<Record<string, Shape>>, rest?: Shape): Shape {
  return { leaf, fields: { ...machineFields, ...fields }, ...(rest === undefined ? {} : { rest }) }
}

const schemaWords = [
  '$defs',
  '$id',
  '$ref',
  '$schema',
  'format',
  'pattern',
  'propertyOrdering',
  'required',
  'type',
]

/** JSON schemas: descriptions, enums and defaults are text, names of properties are not. */
export const schema: Shape = (() => {
  const words: Record<string, Shape> = Object.fromEntries(schemaWords.map((name) => [name, skip]))
  const self: Shape = { leaf: 'text', fields: words }
  const rest: Shape = self
  // Properties may be called anything, `type` too.
  const named: Shape = { leaf: 'text', rest: self }
  for (const name of ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
    words[name] = named
  return Object.assign(self, { rest })
})()
