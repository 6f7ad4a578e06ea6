import { countedGrammar, keyedGrammar, normalized } from './grammar.ts'
import { literalType } from './placeholders.ts'
import type { ScanHint, Scanner } from './scan.ts'
import { type Span, withoutOverlaps } from './span.ts'
import { type Leaf, leavesOf } from './walk/leaves.ts'
import type { Shape } from './walk/shape.ts'
import { data } from './walk/shape.ts'

/** A leaf with what was found in it; JSON inside a string has leaves of its own. */
export interface FoundLeaf {
  readonly leaf: Leaf
  spans: readonly Span[]
  readonly inner: FoundText | undefined
}

export interface FoundText {
  readonly json: string
  readonly leaves: readonly FoundLeaf[]
}

/** JSON in a string in JSON in a string …: deeper than this it is text. */
const depthMax = 4

/** The leaves of a body, those inside its strings included, in the order they stand there. Nothing is scanned yet. */
export function readLeaves(json: string, shape: Shape, depth = 0): FoundText & { unscanned: number } {
  const { leaves, unscanned } = leavesOf(json, shape)
  let more = 0
  const found = leaves.flatMap((leaf): FoundLeaf[] => {
    if (leaf.treatment === 'skip') return []
    const inner = leaf.treatment === 'data' && depth < depthMax ? innerOf(leaf.text, depth) : undefined
    more += inner?.unscanned ?? 0
    return [{ leaf, spans: [], inner }]
  })
  return { json, leaves: found, unscanned: unscanned + more }
}

function innerOf(text: string, depth: number): (FoundText & { unscanned: number }) | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    JSON.parse(text)
    return readLeaves(text, data, depth + 1)
  } catch {
    // What only looks like JSON is text.
    return undefined
  }
}

/** All leaves that hold text, whatever they are in. */
export function* flat(found: FoundText): Generator<FoundLeaf> {
  for (const each of found.leaves) {
    if (each.inner === undefined) yield each
    else yield* flat(each.inner)
  }
}

export function scanLeaf(scanner: Pick<Scanner, 'scan'>, { leaf }: FoundLeaf): readonly Span[] {
  const hint: ScanHint | undefined = leaf.key === '' ? undefined : { key: leaf.key }
  return scanner.scan(leaf.text, hint)
}

/** Above this many values they are looked up word by word instead of one by one in the text. */
const sweepValuesMax = 64

/** Short words without a digit stand in texts by chance. */
const isTelling = (value: string) => value.length >= 8 || (value.length >= 5 && /[\d@]/.test(value))

/**
 * A value that gave itself away at one place stands for the same at all others, where no word beside it says so:
 * what is masked once must not go up in the clear a line later.
 */
export function repeats(text: string, values: ReadonlyMap<string, string>): Span[] {
  const spans: Span[] = []
  if (values.size <= sweepValuesMax) {
    for (const [value, type] of values) if (isTelling(value)) addRepeats(spans, text, { value, type })
    return spans
  }
  for (const { 0: word, index } of text.matchAll(/[^\s"'`,;()<>[\]{}]+/g)) {
    const type = values.get(word)
    if (type !== undefined && isTelling(word))
      spans.push({ start: index, end: index + word.length, type, score: 0.5 })
  }
  return spans
}

function addRepeats(spans: Span[], text: string, { value, type }: { value: string; type: string }): void {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
    const end = at + value.length
    if (isInWord(text, at - 1, at) || isInWord(text, end - 1, end)) continue
    spans.push({ start: at, end, type, score: 0.5 })
  }
}

/** Both sides of the seam are letters or digits. */
function isInWord(text: string, left: number, right: number): boolean {
  return /[\p{L}\p{N}]/u.test(text[left] ?? '') && /[\p{L}\p{N}]/u.test(text[right] ?? '')
}

/** Text that would be taken for a placeholder of one of these types. */
export function literals(text: string, types: ReadonlySet<string>, isKeyed: boolean): Span[] {
  const spans: Span[] = []
  if (!text.includes('[')) return spans
  for (const match of text.matchAll(isKeyed ? keyedGrammar.all : countedGrammar.all)) {
    const [written, leading = '', words = '', index = '', trailing = ''] = match
    const type = normalized(words)
    const whole = index === '' ? type : `${type}_${normalized(index)}`
    if (!types.has(type) && !types.has(whole)) continue
    const start = match.index + leading.length - Math.min(leading.length, trailing.length)
    spans.push({ start, end: match.index + written.length, type: literalType, score: 2 })
  }
  return spans
}

/** One list of both: where they overlap, the span is as long as both together, and the first one's. */
export function merged(spans: readonly Span[], more: readonly Span[]): readonly Span[] {
  if (more.length === 0) return spans
  if (spans.length === 0) return withoutOverlaps(more)
  const all = [...spans, ...more].toSorted((a, b) => a.start - b.start || b.end - a.end)
  const joined: Span[] = []
  for (const span of all) {
    const last = joined.at(-1)
    if (last === undefined || span.start >= last.end) {
      joined.push({ ...span })
      continue
    }
    if (span.score > last.score) {
      last.type = span.type
      last.score = span.score
    }
    last.end = Math.max(last.end, span.end)
  }
  return joined
}
