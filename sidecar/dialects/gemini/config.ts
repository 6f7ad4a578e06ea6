import { isObject, type JsonObject } from '../../../contract/json.ts'
import type { Effort, OutputFormat, Reasoning, Sampling } from '../../conversation/request.ts'
import {
  booleanField,
  fieldAt,
  listField,
  numberField,
  objectField,
  stringField,
  unreadFields,
} from './fields.ts'
import { isStrictSchema, toJsonSchema } from './json-schema.ts'

export interface ReadConfig {
  readonly sampling: Sampling
  readonly maxOutputTokens?: number
  readonly output?: OutputFormat
  readonly reasoning?: Reasoning
}

const readFields = new Set([
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'stopSequences',
  'candidateCount',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseModalities',
  'thinkingConfig',
])

export function readConfig(config: JsonObject | undefined, dropped: Set<string>): ReadConfig {
  for (const name of unreadFields(config, readFields)) dropped.add(`generationConfig.${name}`)
  noteModalities(config, dropped)
  const maxOutputTokens = numberField(config, 'maxOutputTokens')
  const output = readOutput(config, dropped)
  const reasoning = readReasoning(objectField(config, 'thinkingConfig'))
  return {
    sampling: readSampling(config),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(output === undefined ? {} : { output }),
    ...(reasoning === undefined ? {} : { reasoning }),
  }
}

const samplingNumbers = [
  ['temperature', 'temperature'],
  ['topP', 'topP'],
  ['topK', 'topK'],
  ['seed', 'seed'],
  ['frequencyPenalty', 'frequencyPenalty'],
  ['presencePenalty', 'presencePenalty'],
  ['candidateCount', 'choices'],
] as const

function readSampling(config: JsonObject | undefined): Sampling {
  const sampling: { -readonly [K in keyof Sampling]: Sampling[K] } = {}
  for (const [wire, name] of samplingNumbers) {
    const value = numberField(config, wire)
    if (value !== undefined) sampling[name] = value
  }
  const stop = fieldAt(config, 'stopSequences')
  if (Array.isArray(stop)) {
    const texts = stop.filter((text) => typeof text === 'string')
    if (texts.length > 0) sampling.stop = texts
  }
  return sampling
}

/** Text is what everyone answers with; other modalities cannot be asked of other providers. */
function noteModalities(config: JsonObject | undefined, dropped: Set<string>): void {
  const modalities = fieldAt(config, 'responseModalities')
  if (!Array.isArray(modalities)) return
  if (modalities.some((name) => name !== 'TEXT')) dropped.add('generationConfig.responseModalities')
}

function readOutput(config: JsonObject | undefined, dropped: Set<string>): OutputFormat | undefined {
  const type = stringField(config, 'responseMimeType')
  const subset = objectField(config, 'responseSchema')
  const schema = objectField(config, 'responseJsonSchema') ?? (subset ? toJsonSchema(subset) : undefined)
  if (type === 'application/json') {
    if (!schema) return { type: 'json' }
    return { type: 'schema', name: 'response', schema, ...(isStrictSchema(schema) ? { strict: true } : {}) }
  }
  // text/x.enum and audio types have no counterpart: bare words and sounds are not JSON.
  if (type !== undefined && type !== 'text/plain') dropped.add('generationConfig.responseMimeType')
  if (schema) dropped.add('generationConfig.responseSchema')
  return undefined
}

const efforts: Readonly<Record<string, Effort>> = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
}

function readReasoning(thinking: JsonObject | undefined): Reasoning | undefined {
  if (!thinking) return undefined
  const visible = booleanField(thinking, 'includeThoughts')
  const shown = visible === undefined ? {} : { visible }
  const effort = efforts[stringField(thinking, 'thinkingLevel')?.toUpperCase() ?? '']
  if (effort) return { mode: 'on', effort, ...shown }
  const budgetTokens = numberField(thinking, 'thinkingBudget')
  if (budgetTokens === 0) return { mode: 'off', ...shown }
  if (budgetTokens !== undefined && budgetTokens > 0) return { mode: 'on', budgetTokens, ...shown }
  // A budget of -1 leaves it to the model, as does asking for nothing but to see the thoughts.
  return budgetTokens === undefined && visible !== true ? undefined : { mode: 'adaptive', ...shown }
}

/** Labels are Vertex's metadata: text by text. */
export function readLabels(body: JsonObject): Record<string, string> | undefined {
  const labels = fieldAt(body, 'labels')
  if (!isObject(labels)) return undefined
  const result: Record<string, string> = {}
  for (const key in labels) {
    const value = labels[key]
    if (typeof value === 'string') result[key] = value
  }
  return Object.keys(result).length > 0 ? result : undefined
}

/** Whether safety settings ask for anything: an empty list does not. */
export function hasSafetySettings(body: JsonObject): boolean {
  return listField(body, 'safetySettings').length > 0
}
