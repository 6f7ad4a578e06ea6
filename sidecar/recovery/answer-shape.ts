import { isObject, type Json, stringAt } from '../../contract/json.ts'
import type { DialectName } from '../dialects/dialect.ts'

export interface BodyFields {
  get(key: string): Json | undefined
}

/** The answer is to be JSON: what another model adds to a part of it fits only by luck. */
export function isStructured(dialect: DialectName, body: BodyFields): boolean {
  switch (dialect) {
    case 'chat':
      return isFormat(body.get('response_format'))
    case 'responses':
      return isFormat(fieldOf(body.get('text'), 'format'))
    case 'messages':
      return isSet(fieldOf(body.get('output_config'), 'format')) || isSet(body.get('output_format'))
    case 'gemini':
      return isJsonWanted(body.get('generationConfig') ?? body.get('generation_config'))
  }
}

function isFormat(format: Json | undefined): boolean {
  const type = stringAt(format, 'type')
  return type !== undefined && type !== 'text'
}

function isJsonWanted(config: Json | undefined): boolean {
  const keys = ['responseSchema', 'responseJsonSchema', 'response_schema', 'response_json_schema']
  if (keys.some((key) => isSet(fieldOf(config, key)))) return true
  const type = stringAt(config, 'responseMimeType') ?? stringAt(config, 'response_mime_type') ?? 'text/plain'
  return type !== 'text/plain'
}

function fieldOf(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined
}

/** Several answers in one stream. */
export function hasSeveralAnswers(dialect: DialectName, body: BodyFields): boolean {
  const config = body.get('generationConfig') ?? body.get('generation_config')
  const asked =
    dialect === 'gemini'
      ? (fieldOf(config, 'candidateCount') ?? fieldOf(config, 'candidate_count'))
      : body.get('n')
  return typeof asked === 'number' && asked > 1
}

function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}
