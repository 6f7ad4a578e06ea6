import { GatewayError } from '../../../contract/errors.ts'
import { type Json, type JsonObject, stringAt } from '../../../contract/json.ts'
import { tokenColumns } from '../../../contract/usage.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../../conversation/embedding.ts'

type Inputs = EmbeddingRequest['inputs']

const known: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user'])

/** Reads an embeddings request in OpenAI's shape. */
export function readEmbeddingRequest(body: JsonObject): EmbeddingRequest {
  const model = stringAt(body, 'model')
  if (model === undefined) throw invalid('model', 'must be a string')
  const dimensions = body['dimensions'] ?? undefined
  if (dimensions !== undefined && !isCount(dimensions)) {
    throw invalid('dimensions', 'must be a positive whole number')
  }
  const endUser = stringAt(body, 'user')
  return {
    model,
    inputs: readInputs(body['input']),
    encoding: readEncoding(body['encoding_format']),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(endUser === undefined ? {} : { endUser }),
    dropped: Object.keys(body).filter(
      (key) => !known.has(key) && body[key] !== null && /^\w{1,40}$/.test(key),
    ),
  }
}

function isCount(value: Json): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}

/** One text, several, the tokens of one, or the tokens of several. */
function readInputs(input: Json | undefined): Inputs {
  if (typeof input === 'string') return [input]
  if (!Array.isArray(input) || input.length === 0) throw badInput()
  if (isTexts(input)) return input
  if (isTokens(input)) return [input]
  if (input.every((entry): entry is number[] => Array.isArray(entry) && isTokens(entry))) return input
  throw badInput()
}

function isTexts(input: Json[]): input is string[] {
  return input.every((entry) => typeof entry === 'string')
}

function isTokens(input: Json[]): input is number[] {
  return input.length > 0 && input.every((entry) => Number.isInteger(entry))
}

function badInput(): GatewayError {
  return invalid('input', 'must be a string, a non-empty array of strings, or arrays of token numbers')
}

function readEncoding(format: Json | undefined): EmbeddingRequest['encoding'] {
  if (format === undefined || format === null || format === 'float') return 'float'
  if (format === 'base64') return 'base64'
  throw invalid('encoding_format', 'must be float or base64')
}

function invalid(param: string, must: string): GatewayError {
  return new GatewayError('invalid_body', `\`${param}\` ${must}.`, { param })
}

export function writeEmbeddingAnswer(answer: EmbeddingAnswer, request: EmbeddingRequest): JsonObject {
  const tokens = tokenColumns(answer.usage).input_tokens
  return {
    object: 'list',
    data: answer.vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: request.encoding === 'base64' ? base64Of(vector) : [...vector],
    })),
    model: answer.model ?? request.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

/** Little-endian float32, whatever the byte order of this machine. */
export function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4)
  for (let index = 0; index < vector.length; index += 1) bytes.writeFloatLE(vector[index] ?? 0, index * 4)
  return bytes.toString('base64')
}
