import { isObject, type Json } from '../../../contract/json.ts'
import type { DialectName } from '../../dialects/dialect.ts'
import type { GateFactory } from '../output-gate.ts'
import type { PlaceholderMap } from '../placeholders.ts'
import { answerShapes } from '../walk/answers.ts'
import { leavesOf } from '../walk/leaves.ts'
import { data, type Shape } from '../walk/shape.ts'
import { blankLogprobs } from './logprobs.ts'
import { type RestoreCounts, TextRestorer } from './restorer.ts'

export interface RestoreAsk {
  readonly map: PlaceholderMap
  readonly counts: RestoreCounts
  /** The caller asked for JSON, so that text is JSON as well. */
  readonly isJsonText: boolean
  /** One for each text; undefined: nothing is looked for. */
  readonly gate: GateFactory | undefined
  /** The text was told before, in deltas. */
  readonly isRepeat?: boolean
}

/** One text, whole. */
export function restoreText(text: string, ask: RestoreAsk, isJson: boolean): string {
  const gate = ask.gate?.(ask.isRepeat === true)
  const said = gate === undefined ? text : gate.push(text) + gate.flush()
  if (!said.includes('[')) return said
  const restorer = new TextRestorer(ask.map, ask.counts, { isJson })
  return restorer.push(said) + restorer.flush()
}

/** All strings of a JSON text by the shape, those of JSON inside them too; everything else stays byte for byte. The same text when nothing changes. */
export function restoreJson(json: string, shape: Shape, ask: RestoreAsk): string {
  let out = ''
  let from = 0
  for (const { start, end, text, treatment, kind } of leavesOf(json, shape).leaves) {
    if (treatment === 'skip' || kind === 'number') continue
    const restored =
      kind === 'string' && treatment === 'data' && isJson(text)
        ? restoreJson(text, data, ask)
        : restoreText(text, ask, ask.isJsonText && treatment === 'text' && kind === 'string')
    if (restored === text) continue
    out += json.slice(from, start) + JSON.stringify(restored)
    from = end
  }
  return from === 0 ? json : out + json.slice(from)
}

/** A string among the arguments of a call that holds JSON itself. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A whole answer in the caller's dialect. The same buffer when nothing changes. */
export function restoreAnswer(dialect: DialectName, body: Buffer, ask: RestoreAsk): Buffer {
  const json = body.toString('utf8')
  const restored = restoreJson(json, answerShapes[dialect], ask)
  if (restored === json) return body
  return Buffer.from(restored.includes('"logprobs"') ? withoutTokens(restored) : restored)
}

/** Tokens spell the words that were there before. */
function withoutTokens(json: string): string {
  const answer = JSON.parse(json) as Json
  const blank = (value: Json | undefined): void => {
    if (Array.isArray(value)) value.forEach(blank)
    if (!isObject(value)) return
    blankLogprobs(value)
    Object.values(value).forEach(blank)
  }
  blank(answer)
  return JSON.stringify(answer)
}
