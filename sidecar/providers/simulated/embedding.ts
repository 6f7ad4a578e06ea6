import { hash } from 'node:crypto'
import { arrayAt, countAt, type Json, stringAt } from '../../../contract/json.ts'
import { baseModel } from './controls.ts'
import { noUsage } from './plan.ts'
import { type Handler, Refusal } from './reply.ts'
import { estimateTokens, words } from './text.ts'

const defaultDimensions = 1536
const dimensionsMax = 8192

/**
 * A unit vector by feature hashing: each word adds to a few dimensions, so texts with common words are
 * near each other, as they would be with a real model.
 */
export function embeddingOf(text: string, dimensions: number): number[] {
  const vector = new Float64Array(dimensions)
  for (const word of ['', ...words(text)]) {
    const bytes = hash('sha1', word, 'buffer')
    for (let at = 0; at < 16; at += 4) {
      const sign = bytes.readUInt8(at) % 2 === 0 ? 1 : -1
      const index = bytes.readUInt32LE(at) % dimensions
      vector[index] = (vector[index] ?? 0) + sign
    }
  }
  const length = Math.hypot(...vector) || 1
  return Array.from(vector, (value) => Math.fround(value / length))
}

export const embeddings: Handler = ({ body, model }) => {
  const inputs = inputsOf(body['input'])
  const dimensions = Math.min(dimensionsMax, countAt(body, 'dimensions') || defaultDimensions)
  const encode = stringAt(body, 'encoding_format') === 'base64' ? base64Of : (vector: number[]) => vector
  const input = inputs.reduce((sum, text) => sum + Math.max(1, estimateTokens(text)), 0)
  return {
    kind: 'json',
    body: {
      object: 'list',
      data: inputs.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: encode(embeddingOf(text, dimensions)),
      })),
      model: baseModel(model),
      usage: { prompt_tokens: input, total_tokens: input },
    },
    usage: { ...noUsage, input },
  }
}

/** Text, texts, one token list or several: tokens stand for themselves as words. */
export function inputsOf(input: Json | undefined): string[] {
  if (typeof input === 'string') return [input]
  const items = arrayAt({ input }, 'input')
  if (items.length === 0) throw new Refusal('input is missing or empty')
  if (typeof items[0] === 'number') return [items.join(' ')]
  return items.map((item) => (Array.isArray(item) ? item.join(' ') : String(item)))
}

function base64Of(vector: number[]): string {
  const floats = Float32Array.from(vector)
  return Buffer.from(floats.buffer).toString('base64')
}
