import { type FoundLeaf, flat, readLeaves } from '../masking/found.ts'
import type { Shape } from '../masking/walk/shape.ts'
import { withoutInvisible } from './invisible.ts'
import type { GuardPolicy } from './policy.ts'

export interface Judged {
  readonly score: number
  /** The body as it may go on; the same string where nothing was taken out. */
  readonly json: string
  readonly texts: readonly string[]
  /** There is more text than was weighed. */
  readonly isOver: boolean
}

/** More text than this is judged by its end, where a conversation goes on. */
const charsMax = 2 * 1_048_576
/** A longer text is weighed in pieces, and others move in between: some ten milliseconds each. */
const pieceChars = 131_072
const overlapChars = 1024

/**
 * Weighs what users and tools say in a body, and takes out of it what is to be taken out. Stops after each long piece,
 * so that other requests move.
 */
export function* judge(json: string, shape: Shape, policy: GuardPolicy): Generator<undefined, Judged> {
  const leaves = [...flat(readLeaves(json, shape))].filter(({ leaf }) => leaf.treatment !== 'skip')
  let score = 0
  let left = charsMax
  let looked = 0
  for (const { leaf } of leaves.toReversed()) {
    const isTool = leaf.treatment === 'data'
    for (let end = leaf.text.length; end > 0 && left > 0; end -= pieceChars) {
      const piece = leaf.text.slice(Math.max(0, end - pieceChars - overlapChars), end)
      score = Math.max(score, policy.scorer.score(piece, { isTool }).score)
      left -= piece.length
      looked += piece.length
      if (looked < pieceChars) continue
      looked = 0
      yield
    }
  }
  const strips = policy.injection === 'strip' && score >= policy.threshold
  const changed =
    policy.stripsInvisible || strips
      ? rewritten(json, shape, (text, isTool) => cleaned(text, isTool, policy))
      : json
  const isOver = left <= 0
  return { score, json: changed, texts: leaves.map(({ leaf }: FoundLeaf) => leaf.text), isOver }
}

function cleaned(text: string, isTool: boolean, policy: GuardPolicy): string {
  const seen = policy.stripsInvisible ? withoutInvisible(text) : text
  if (policy.injection !== 'strip') return seen
  const { score, spans } = policy.scorer.score(seen, { isTool, withSpans: true })
  // What was hidden counted too, and is gone.
  if (score < policy.threshold) return seen
  let out = ''
  let from = 0
  for (const span of spans) {
    const start = Math.max(from, sentenceStart(seen, span.start))
    const end = sentenceEnd(seen, span.end)
    if (end <= from) continue
    out += seen.slice(from, start)
    from = end
  }
  return out + seen.slice(from)
}

/** A sentence that has an injection in it is one; what is longer than this is none. */
const sentenceCharsMax = 400

function sentenceStart(text: string, from: number): number {
  let at = from
  while (at > 0 && from - at < sentenceCharsMax && !isEnd(text[at - 1])) at -= 1
  return at
}

function sentenceEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && at - from < sentenceCharsMax && !isEnd(text[at])) at += 1
  return Math.min(text.length, at + 1)
}

const isEnd = (letter: string | undefined) =>
  letter === '.' || letter === '!' || letter === '?' || letter === '\n'

/** Strings of a body by the shape, JSON inside them included in what they say; all else stays byte for byte. */
export function rewritten(
  json: string,
  shape: Shape,
  write: (text: string, isTool: boolean) => string,
): string {
  let out = ''
  let from = 0
  for (const { leaf } of readLeaves(json, shape).leaves) {
    if (leaf.treatment === 'skip' || leaf.kind !== 'string') continue
    const said = write(leaf.text, leaf.treatment === 'data')
    if (said === leaf.text) continue
    out += json.slice(from, leaf.start) + JSON.stringify(said)
    from = leaf.end
  }
  return from === 0 ? json : out + json.slice(from)
}
