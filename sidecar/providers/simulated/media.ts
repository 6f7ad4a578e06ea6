import { countAt, type JsonObject, stringAt } from '../../../contract/json.ts'
import { noUsage } from './plan.ts'
import type { Exchange, Handler } from './reply.ts'
import { estimateTokens, prose } from './text.ts'

/** One transparent pixel. */
const pixelPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const imageTokens = 272
const imagesMax = 10

/** Generations, and edits and variations sent as multipart. */
export const images: Handler = ({ body, nowMs }) => {
  const count = Math.min(imagesMax, countAt(body, 'n') || 1)
  const asUrl = stringAt(body, 'response_format') === 'url'
  const image = asUrl ? { url: `data:image/png;base64,${pixelPng}` } : { b64_json: pixelPng }
  const input = Math.max(1, estimateTokens(stringAt(body, 'prompt') ?? ''))
  const output = imageTokens * count
  return {
    kind: 'json',
    body: {
      created: Math.floor(nowMs / 1000),
      data: Array.from({ length: count }, () => image),
      usage: {
        input_tokens: input,
        input_tokens_details: { text_tokens: input, image_tokens: 0 },
        output_tokens: output,
        total_tokens: input + output,
      },
    },
    usage: { ...noUsage, input, output },
  }
}

const sampleRate = 8000
const headerBytes = 44

/** A tenth of a second of silence, whatever was to be said. */
export const speech: Handler = () => {
  const samples = sampleRate / 10
  const wav = Buffer.alloc(headerBytes + samples, 128)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(sampleRate, 24)
  wav.writeUInt32LE(sampleRate, 28)
  wav.writeUInt16LE(1, 32)
  wav.writeUInt16LE(8, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(samples, 40)
  return { kind: 'bytes', contentType: 'audio/wav', bytes: wav, usage: noUsage }
}

/** 16 kHz, 16 bit, mono: what recognisers are fed. */
const bytesPerSecond = 32_000

/** Transcriptions and translations: the text depends on the size of the file alone. */
export const transcription: Handler = (exchange) => {
  const seconds = Math.max(1, Math.ceil(exchange.raw.length / bytesPerSecond))
  const text = prose(`audio ${exchange.raw.length}`, 8 + (seconds % 64)).join('')
  const format = formField(exchange, 'response_format') ?? 'json'
  if (format === 'json' || format === 'verbose_json') {
    const body: JsonObject = { text, usage: { type: 'duration', seconds } }
    const more: JsonObject = { task: 'transcribe', language: 'english', duration: seconds, segments: [] }
    return { kind: 'json', body: format === 'json' ? body : { ...more, ...body }, usage: noUsage }
  }
  return { kind: 'bytes', contentType: 'text/plain; charset=utf-8', bytes: Buffer.from(text), usage: noUsage }
}

/** The value of a short multipart field; files are never looked at. */
export function formField({ raw }: Pick<Exchange, 'raw'>, name: string): string | undefined {
  const at = raw.indexOf(`name="${name}"`)
  const start = at < 0 ? -1 : raw.indexOf('\r\n\r\n', at)
  if (start < 0) return undefined
  const end = raw.indexOf('\r\n', start + 4)
  return end < 0 ? undefined : raw.toString('utf8', start + 4, Math.min(end, start + 1024))
}
