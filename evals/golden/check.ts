import { gateOf, isRefusal } from '../scorers/gates.ts'
import {
  contains,
  exact,
  jsonEqual,
  jsonIn,
  levenshteinSimilarity,
  normalised,
  numeric,
} from '../scorers/references.ts'
import type { GoldenAssert, GoldenItem } from './item.ts'

/** What a candidate made of an item. */
export interface GoldenAnswer {
  readonly text: string
  readonly finishReason: string
  readonly outputTokens: number
  readonly durationMs: number
  readonly costUsd: number | undefined
}

/** What needs a judge; null where it gives no score. */
export interface GoldenJudge {
  rubric(rubric: string, answer: string): Promise<number | null>
  /** Against the baseline's answer to the same item. */
  best(answer: string): Promise<number | null>
}

export interface GoldenScore {
  readonly score: number | null
  /** Gate that was hit, or the assert that failed or has no score. */
  readonly reason: string
}

/** Weighted mean of what is asserted; an answer that is none at all is 0 whatever else it holds. */
export async function checkItem(
  item: GoldenItem,
  answer: GoldenAnswer,
  judge: GoldenJudge,
): Promise<GoldenScore> {
  const isRefusalAsked = item.asserts.some(({ type, isNegated }) => type === 'is-refusal' && !isNegated)
  const gate = gateOf({ ...answer, isAnswerable: item.ideal.length > 0 && !isRefusalAsked })
  const isAsked = item.asserts.some(({ type }) => type === 'finish-reason') && gate === 'length'
  if (gate !== undefined && !isAsked) return { score: 0, reason: gate }
  let sum = 0
  let weights = 0
  let reason = ''
  for (const check of checksOf(item)) {
    const score = await scoreOf(check, answer, judge)
    if (score === null) return { score: null, reason: check.type }
    if (score < 1 && reason === '') reason = check.type
    sum += check.weight * score
    weights += check.weight
  }
  return weights === 0 ? { score: null, reason: 'nothing asserted' } : { score: sum / weights, reason }
}

export function isChecked(item: GoldenItem): boolean {
  return checksOf(item).length > 0
}

function checksOf({ asserts, ideal }: GoldenItem): readonly GoldenAssert[] {
  if (asserts.length > 0 || ideal.length === 0) return asserts
  return [{ type: 'ideal', isNegated: false, value: ideal, threshold: undefined, weight: 1 }]
}

async function scoreOf(
  check: GoldenAssert,
  answer: GoldenAnswer,
  judge: GoldenJudge,
): Promise<number | null> {
  const score = await plainScore(check, answer, judge)
  if (score === null) return null
  const { threshold } = check
  const passed = threshold !== undefined && !ownThreshold.has(check.type) ? Number(score >= threshold) : score
  return check.isNegated ? 1 - passed : passed
}

/** Theirs is no share of a score. */
const ownThreshold = new Set(['levenshtein', 'cost', 'latency', 'numeric'])

async function plainScore(
  check: GoldenAssert,
  answer: GoldenAnswer,
  judge: GoldenJudge,
): Promise<number | null> {
  const { type, value, threshold } = check
  const { text } = answer
  const words = listOf(value)
  const all = (isCase: boolean) => Number(words.every((word) => contains(text, word, isCase) === 1))
  const any = (isCase: boolean) => Number(words.some((word) => contains(text, word, isCase) === 1))
  switch (type) {
    case 'ideal':
      return Math.max(...words.map((ideal) => idealScore(text, ideal)))
    case 'equals':
      return typeof value === 'object' && value !== null ? jsonEqual(text, value) : exact(text, String(value))
    case 'contains':
    case 'contains-all':
      return all(true)
    case 'icontains':
    case 'icontains-all':
      return all(false)
    case 'contains-any':
      return any(true)
    case 'icontains-any':
      return any(false)
    case 'starts-with':
      return Number(text.startsWith(String(value)))
    case 'regex':
      return Number(new RegExp(String(value)).test(text))
    case 'is-json':
      return Number(isWhole(text))
    case 'contains-json':
      return value === undefined ? Number(jsonIn(text) !== undefined) : jsonEqual(text, value)
    case 'levenshtein':
      return levenshtein(text, String(value), threshold)
    case 'numeric':
      return numeric(text, String(value), threshold)
    case 'cost':
      return answer.costUsd === undefined ? null : Number(answer.costUsd <= (threshold ?? Number(value)))
    case 'latency':
      return Number(answer.durationMs <= (threshold ?? Number(value)))
    case 'finish-reason':
      return Number(answer.finishReason === String(value))
    case 'is-refusal':
      return Number(isRefusal(text))
    case 'llm-rubric':
      return judge.rubric(String(value), text)
    case 'select-best':
      return judge.best(text)
    default:
      return null
  }
}

/** Right where it is the ideal, or says it in a short answer of its own; as OpenAI's `includes` and `match` together. */
function idealScore(text: string, ideal: string): number {
  if (exact(text, ideal) === 1) return 1
  const number = /^-?[\d.,]+$/.test(ideal.trim()) ? numeric(text, ideal) : null
  if (number !== null) return number
  const [answer, wanted] = [normalised(text), normalised(ideal)]
  const at = answer.indexOf(wanted)
  const isWord = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char)
  return Number(at >= 0 && wanted !== '' && !isWord(answer[at - 1]) && !isWord(answer[at + wanted.length]))
}

/** promptfoo's threshold is a number of edits; without one the similarity itself is the score. */
function levenshtein(text: string, ideal: string, edits: number | undefined): number {
  const similarity = levenshteinSimilarity(text, ideal)
  if (edits === undefined) return similarity
  return Number((1 - similarity) * Math.max(normalised(text).length, normalised(ideal).length) <= edits)
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)]
}
