import { isUtf8 } from 'node:buffer'
import { GatewayError } from '../../contract/errors.ts'
import type { Json, JsonObject } from '../../contract/json.ts'
import type { BodyEdit } from '../providers/provider.ts'
import { type JsonProblem, type KeyRange, keysMax, type LongString, scanJson } from './json-scan.ts'
import { spliceMembers } from './splice.ts'

/** Documented with `nesting_too_deep` in the error catalogue. */
const defaultDepthMax = 256

/**
 * A JSON body as it arrived: validated, its top-level fields readable one by one, its bytes kept so that they
 * can be passed on untouched or with a few fields spliced. Nothing is parsed before somebody asks for it.
 */
export class JsonBody {
  readonly bytes: Buffer
  /** Top-level keys in order, duplicates kept. */
  readonly keys: readonly KeyRange[]
  /** Strings above 16 kB anywhere in the body. */
  readonly longStrings: readonly LongString[]
  #values: Map<string, Json> | undefined
  #parsed: JsonObject | undefined

  private constructor(bytes: Buffer, keys: readonly KeyRange[], longStrings: readonly LongString[]) {
    this.bytes = bytes
    this.keys = keys
    this.longStrings = longStrings
  }

  static read(bytes: Buffer, options: { readonly depthMax?: number } = {}): JsonBody {
    if (!isUtf8(bytes)) throw new GatewayError('invalid_utf8')
    const depthMax = options.depthMax ?? defaultDepthMax
    const layout = scanJson(bytes, { depthMax })
    if ('problem' in layout) throw problemError(layout, bytes.length, depthMax)
    return new JsonBody(bytes, layout.keys, layout.longStrings)
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined
  }

  /** Parses this field alone. Of duplicates the last counts, as in JSON.parse. */
  get(key: string): Json | undefined {
    const known = this.#values?.get(key)
    if (known !== undefined) return known
    if (this.#parsed !== undefined) return Object.hasOwn(this.#parsed, key) ? this.#parsed[key] : undefined
    const member = this.#find(key)
    if (member === undefined) return undefined
    const value = valueIn(this.bytes.toString('utf8', member.valueStart, member.valueEnd))
    this.#values ??= new Map()
    this.#values.set(key, value)
    return value
  }

  string(key: string): string | undefined {
    const value = this.#startsWith(key, '"') ? this.get(key) : undefined
    return typeof value === 'string' ? value : undefined
  }

  /** The scan has seen the whole word, so its first letter says it. */
  boolean(key: string): boolean | undefined {
    if (this.#startsWith(key, 't')) return true
    return this.#startsWith(key, 'f') ? false : undefined
  }

  slice(key: string): Buffer | undefined {
    const member = this.#find(key)
    return member && this.bytes.subarray(member.valueStart, member.valueEnd)
  }

  parse(): JsonObject {
    this.#parsed ??= parseText(this.bytes.toString('utf8')) as JsonObject
    return this.#parsed
  }

  edit(edits: readonly BodyEdit[]): Buffer {
    return joined(this.editedPieces(edits))
  }

  /** The edited body without a copy of what stays; joined where it is small enough for that to be cheaper. */
  editedPieces(edits: readonly BodyEdit[]): readonly Buffer[] {
    if (edits.length === 0) return [this.bytes]
    const pieces = spliceMembers(this.bytes, this.keys, edits)
    return this.bytes.length > joinBytesMax ? pieces : [joined(pieces)]
  }

  #find(key: string): KeyRange | undefined {
    for (let index = this.keys.length - 1; index >= 0; index -= 1) {
      if (this.keys[index]?.name === key) return this.keys[index]
    }
    return undefined
  }

  /** Asking whether a large field is a string must not parse it. */
  #startsWith(key: string, first: string): boolean {
    const member = this.#find(key)
    return member !== undefined && this.bytes[member.valueStart] === first.charCodeAt(0)
  }
}

/** Above this a copy costs more than writing two pieces to a socket. */
const joinBytesMax = 65_536

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
}

/** Names and flags need no parser; the scan has checked them. */
function valueIn(text: string): Json {
  if (text.length < shortChars && text.startsWith('"') && !text.includes('\\')) return text.slice(1, -1)
  return parseText(text) as Json
}

/** Well inside what the scan looks at byte by byte. */
const shortChars = 256

/** The scan leaves one thing to the parser: control characters far inside long strings. */
function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, so it is not passed on.
    throw new GatewayError(
      'invalid_json',
      'The body is not valid JSON: a string holds a raw control character.',
    )
  }
}

function problemError(layout: JsonProblem, length: number, depthMax: number): GatewayError {
  const { position } = layout
  switch (layout.problem) {
    case 'nesting_too_deep':
      return new GatewayError(
        'nesting_too_deep',
        `The JSON nests deeper than ${depthMax} levels at byte ${position}.`,
      )
    case 'not_an_object':
      return new GatewayError('invalid_body', 'The body must be one JSON object.')
    case 'too_many_keys':
      return new GatewayError('invalid_body', `The body has more than ${keysMax} top-level fields.`)
    case 'invalid_json': {
      if (length === 0) return new GatewayError('invalid_json', 'The body is empty. Send one JSON object.')
      const where = position >= length ? `it ends early, after ${length} bytes` : `see byte ${position}`
      return new GatewayError('invalid_json', `The body is not valid JSON: ${where}.`)
    }
  }
}
