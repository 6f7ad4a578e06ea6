import { canonicalType } from './detectors/registry.ts'
import type { Span } from './span.ts'

/** A service that speaks the protocol of Presidio's analyzer. */
export interface RecognizerSettings {
  /** Of the service, or of its `/analyze`. */
  readonly url: string
  readonly language?: string
  readonly deadlineMs?: number
  readonly minScore?: number
  /** Names of its types that are asked for; all it knows otherwise. */
  readonly entities?: readonly string[]
}

export interface Recognizer {
  /** Spans of each text, in order. Rejects when the service is late, away or makes no sense. */
  recognize(texts: readonly string[]): Promise<(readonly Span[])[]>
}

const usualDeadlineMs = 200
const answerBytesMost = 8 * 1024 * 1024

type Fetch = (url: string, init: RequestInit) => Promise<Response>

export function createRecognizer(settings: RecognizerSettings, fetcher: Fetch = fetch): Recognizer {
  const { url, deadlineMs = usualDeadlineMs } = settings
  const address = url.endsWith('/analyze') ? url : `${url.replace(/\/+$/, '')}/analyze`
  return {
    async recognize(texts) {
      const signal = AbortSignal.timeout(deadlineMs)
      return Promise.all(texts.map((text) => recognizeOne({ address, text, settings, signal, fetcher })))
    },
  }
}

interface Question {
  readonly address: string
  readonly text: string
  readonly settings: RecognizerSettings
  readonly signal: AbortSignal
  readonly fetcher: Fetch
}

async function recognizeOne({
  address,
  text,
  settings,
  signal,
  fetcher,
}: Question): Promise<readonly Span[]> {
  if (text.trim() === '') return []
  const { language = 'en', minScore = 0.5, entities } = settings
  const body = JSON.stringify({
    text,
    language,
    score_threshold: minScore,
    ...(entities ? { entities } : {}),
  })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetcher(address, { method: 'POST', headers, body, signal })
  const content = await answer.text()
  if (!answer.ok) throw new Error(`the recogniser answered ${answer.status}`)
  if (content.length > answerBytesMost) throw new Error('the recogniser answered too much')
  return spansOf(JSON.parse(content), text)
}

interface Finding {
  readonly start: number
  readonly end: number
  readonly score: number
  readonly entity_type: string
}

function spansOf(answer: unknown, text: string): readonly Span[] {
  if (!Array.isArray(answer)) throw new Error('the recogniser answered no list')
  const toUnits = unitsOf(text)
  return answer.filter(isFinding).map(({ start, end, score, entity_type: name }) => ({
    start: toUnits(start),
    end: toUnits(end),
    score,
    type: canonicalType(name),
  }))
}

function isFinding(value: unknown): value is Finding {
  if (typeof value !== 'object' || value === null) return false
  const { start, end, score, entity_type: name } = value as Record<string, unknown>
  return (
    Number.isInteger(start) &&
    Number.isInteger(end) &&
    Number(start) >= 0 &&
    Number(end) > Number(start) &&
    typeof score === 'number' &&
    typeof name === 'string'
  )
}

/** Python counts code points, JavaScript UTF-16 units. */
function unitsOf(text: string): (point: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (point) => Math.min(point, text.length)
  const offsets = [0]
  for (const letter of text) offsets.push((offsets.at(-1) ?? 0) + letter.length)
  return (point) => offsets[point] ?? text.length
}
