import { arrayAt, isObject, type JsonObject, numberAt, objectAt, stringAt } from '../../../contract/json.ts'
import { answerShapes } from '../walk/answers.ts'
import { restoreInPlace } from './in-place.ts'
import { type StreamAsk, TextPaths } from './paths.ts'
import type { Rewritten, StreamRewriter } from './rewriter.ts'

/** Frames of Gemini's streams: text in parts, calls whole. */
export class GeminiRewriter implements StreamRewriter {
  readonly #ask: StreamAsk
  readonly #paths: TextPaths
  #head: JsonObject = {}

  constructor(ask: StreamAsk) {
    this.#ask = ask
    this.#paths = new TextPaths(ask)
  }

  event(frame: JsonObject): Rewritten {
    const { candidates: _candidates, usageMetadata: _usage, ...head } = frame
    this.#head = head
    let isChanged = false
    for (const candidate of arrayAt(frame, 'candidates'))
      if (isObject(candidate)) isChanged = this.#candidate(candidate) || isChanged
    return { before: [], isChanged }
  }

  end(): readonly JsonObject[] {
    return this.#paths.names().flatMap((name) => {
      const text = this.#paths.flush(name)
      const content = { role: 'model', parts: [{ text }] }
      return text === '' ? [] : [{ ...this.#head, candidates: [{ index: Number(name), content }] }]
    })
  }

  #candidate(candidate: JsonObject): boolean {
    const name = String(numberAt(candidate, 'index') ?? 0)
    const content = objectAt(candidate, 'content')
    const parts: JsonObject[] = []
    let isChanged = false
    for (const part of arrayAt(content, 'parts')) {
      if (!isObject(part)) continue
      isChanged = this.#part(part, { name, parts }) || isChanged
    }
    if (typeof candidate['finishReason'] === 'string') {
      const rest = this.#paths.flush(name)
      if (rest !== '') parts.push({ text: rest })
      isChanged ||= rest !== ''
    }
    if (isChanged) candidate['content'] = { role: 'model', ...content, parts: joined(parts) }
    return isChanged
  }

  #part(part: JsonObject, { name, parts }: { name: string; parts: JsonObject[] }): boolean {
    const said = stringAt(part, 'text')
    if (part['thought'] === true) {
      parts.push(part)
      return false
    }
    if (said !== undefined) {
      const text = this.#paths.push(name, said)
      parts.push({ ...part, text })
      return text !== said
    }
    // The words before a call are over when the call begins.
    const rest = this.#paths.flush(name)
    if (rest !== '') parts.push({ text: rest })
    const changes = ['functionCall', 'executableCode', 'codeExecutionResult'].map((key) =>
      restoreInPlace(part, key, answerShapes.gemini, this.#ask),
    )
    parts.push(part)
    return rest !== '' || changes.includes(true)
  }
}

/** What was held back belongs to the text it was held from. */
function joined(parts: readonly JsonObject[]): JsonObject[] {
  const all: JsonObject[] = []
  for (const part of parts) {
    const last = all.at(-1)
    const isRest = Object.keys(part).length === 1 && typeof part['text'] === 'string'
    if (isRest && last !== undefined && typeof last['text'] === 'string' && last['thought'] !== true)
      last['text'] = `${last['text']}${part['text']}`
    else all.push(part)
  }
  return all
}
