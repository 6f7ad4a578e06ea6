import type { Span } from '../../span.ts'
import { type Context, topics } from '../context.ts'
import type { Group } from '../groups.ts'
import { asciiClass, capital, digit, isWordUnit, small } from '../letters.ts'
import {
  type Dispatch,
  type LayoutRules,
  layoutStart,
  layoutStep,
  lengthLeast,
  lengthMost,
  mayBe,
  tokensMost,
} from './dispatch.ts'
import { isIban } from './iban.ts'
import type { IdRule } from './rule.ts'

export interface IdSearch {
  readonly text: string
  readonly dispatch: Dispatch
  readonly ibanLengths: ReadonlyMap<string, number>
  readonly context: Context
  readonly found: Span[]
  /** Whether a word for an id stands near the group; if none does, few rules are left. */
  readonly isNamed: boolean
}

/** A run of tokens of a group, `first` to `last`. */
interface Run {
  readonly first: number
  readonly last: number
  readonly start: number
  readonly end: number
}

export function findIds(search: IdSearch, group: Group): void {
  for (let first = 0; first < group.count; first += 1) {
    findSingle(search, group, first)
    findRuns(search, group, first)
    findIbans(search, group, first)
    if (search.isNamed) findSplit(search, group, first)
  }
}

function findSingle(search: IdSearch, group: Group, index: number): void {
  const start = group.starts[index] ?? 0
  const end = group.ends[index] ?? 0
  const length = end - start
  if (length < lengthLeast || length > lengthMost || group.hasDigit[index] === 0) return
  if (group.isDigits[index] === 0 && length > gluedLeast) findGlued(search, group, index)
  const entry = search.dispatch.single[group.isDigits[index] === 1 ? 1 : 0][length]
  if (entry === undefined || (entry.alone.size === 0 && !search.isNamed) || entry.rules.length === 0) return
  const run = { first: index, last: index, start, end }
  if (isApart(search.text, group, run)) offer(search, group, run, entry)
}

/** A forgotten space: `is030594W903B`. Only checked shapes with letters are believed there. */
const gluedLeast = 10

function findGlued(search: IdSearch, group: Group, index: number): void {
  const start = group.starts[index] ?? 0
  const end = group.ends[index] ?? 0
  let from = start
  while (from < end && asciiClass(search.text.charCodeAt(from)) === small) from += 1
  if (from - start < 2 || end - from < gluedLeast - 1) return
  const { rules = [] } = search.dispatch.single[0][end - from] ?? {}
  const checked = rules.filter((rule) => rule.class === 'strong' && rule.isValid !== undefined)
  if (checked.length === 0) return
  const run = { first: index, last: index, start: from, end }
  offer(search, group, run, { rules: checked, alone: new Set(checked) })
}

function findRuns(search: IdSearch, group: Group, first: number): void {
  const { text } = search
  const start = group.starts[first] ?? 0
  let key = layoutStep(layoutStart, (group.ends[first] ?? 0) - start, 0)
  const stop = Math.min(group.count, first + tokensMost)
  for (let last = first + 1; last < stop; last += 1) {
    const tokenStart = group.starts[last] ?? 0
    const end = group.ends[last] ?? 0
    if (end - start > lengthMost + tokensMost) return
    key = layoutStep(key, end - tokenStart, text.charCodeAt(tokenStart - 1))
    if (!mayBe(search.dispatch, key)) continue
    const entry = search.dispatch.layouts.get(key)
    if (entry === undefined || (entry.alone.size === 0 && !search.isNamed)) continue
    const run = { first, last, start, end: withBracket(text, tokenStart, end) }
    if (isApart(text, group, run)) offer(search, group, run, entry)
  }
}

const withBracket = (text: string, tokenStart: number, end: number) =>
  text[tokenStart - 1] === '(' && text[end] === ')' ? end + 1 : end

/**
 * Digits in any parts with one kind of separator, where a word names the id: nobody splits numbers as the books say.
 * Only a whole row counts, so rows longer than an id are none.
 */
function findSplit(search: IdSearch, group: Group, first: number): void {
  if (group.isDigits[first] !== 1) return
  const { text } = search
  const separator = text[group.ends[first] ?? 0] ?? ''
  if (!' -./'.includes(separator)) return
  const joins = (index: number) =>
    group.isDigits[index] === 1 && text[(group.starts[index] ?? 1) - 1] === separator
  if (first > 0 && group.isDigits[first - 1] === 1) return
  let last = first
  let length = (group.ends[first] ?? 0) - (group.starts[first] ?? 0)
  while (last + 1 < group.count && last - first < tokensMost && joins(last + 1)) {
    last += 1
    length += (group.ends[last] ?? 0) - (group.starts[last] ?? 0)
  }
  if (last === first || length < lengthLeast || length > lengthMost) return
  const run = { first, last, start: group.starts[first] ?? 0, end: group.ends[last] ?? 0 }
  const rules = search.dispatch.single[1][length]?.rules ?? []
  if (rules.length > 0 && isApart(text, group, run)) offer(search, group, run, { rules, alone: nobody })
}

const nobody: ReadonlySet<IdRule> = new Set()

/** Its first two letters say how long an IBAN is. */
function findIbans({ text, ibanLengths, found }: IdSearch, group: Group, first: number): void {
  const start = group.starts[first] ?? 0
  const length = (group.ends[first] ?? 0) - start
  if (length < 2 || asciiClass(text.charCodeAt(start)) < capital) return
  if (length > 2 && asciiClass(text.charCodeAt(start + 2)) !== digit) return
  const wanted = ibanLengths.get(text.slice(start, start + 2).toUpperCase())
  if (wanted === undefined) return
  let compact = ''
  for (let last = first; last < group.count && compact.length < wanted; last += 1) {
    if (last > first && text[(group.starts[last] ?? 0) - 1] !== ' ') return
    compact += text.slice(group.starts[last], group.ends[last])
    const end = group.ends[last] ?? 0
    if (compact.length !== wanted) continue
    const run = { first, last, start, end }
    if (!isApart(text, group, run) || !isIban(compact.toUpperCase())) return
    found.push({ start, end, type: 'IBAN', score: 0.95 })
  }
}

/** The best rule for a run, if any: with a word, else by what it proves alone. */
function offer(
  { text, context, found, isNamed: isGroupNamed }: IdSearch,
  group: Group,
  { first, last, start, end }: Run,
  { rules, alone }: LayoutRules,
): void {
  const isNamed = isGroupNamed && (context.topicsNear(start, end) & topics.id) !== 0
  if (!isNamed && alone.size === 0) return
  // Put together only when a rule asks: near other words none does.
  let compact: string | undefined
  let best: { readonly rule: IdRule; readonly score: number; readonly away: number } | undefined
  for (const rule of rules) {
    // Words are compared sooner than shapes.
    const away = isNamed ? context.nearest(rule, start, end) : undefined
    if (away === undefined && (alone.size === 0 || !alone.has(rule))) continue
    compact ??= first === last ? text.slice(start, end).toUpperCase() : compactOf(text, group, first, last)
    if (!rule.shape.test(compact)) continue
    const isFree = away === undefined || alone.has(rule)
    const score = scoreOf(rule, { compact, away, isFree, contrary: context.contrary(start, end) })
    if (score === 0 || rule.isValid?.(compact) === false) continue
    const distance = away ?? 1000
    if (best === undefined || score > best.score || (score === best.score && distance < best.away))
      best = { rule, score, away: distance }
  }
  if (best !== undefined) found.push({ start, end, type: best.rule.type, score: best.score })
}

interface Evidence {
  readonly compact: string
  readonly away: number | undefined
  readonly isFree: boolean
  readonly contrary: number | undefined
}

/** "order 4111…" is an order; so is what stands nearer to such a word than to the name of an id. */
const contraryMost = 20

function scoreOf(rule: IdRule, { compact, away, isFree, contrary }: Evidence): number {
  if (away !== undefined && (contrary === undefined || away <= contrary)) return 1
  const isDoubtful = contrary !== undefined && contrary <= contraryMost && /^\d+$/.test(compact)
  if (!isFree || isDoubtful || rule.isValidAlone?.(compact) === false) return 0
  return rule.class === 'strong' ? 0.9 : 0.6
}

function compactOf(text: string, group: Group, first: number, last: number): string {
  let compact = ''
  let isDigits = 1
  for (let index = first; index <= last; index += 1) {
    compact += text.slice(group.starts[index], group.ends[index])
    isDigits &= group.isDigits[index] ?? 0
  }
  return isDigits === 1 ? compact : compact.toUpperCase()
}

/** Not a part of a longer number, word, decimal, path or table row. */
function isApart(text: string, group: Group, { first, last, start, end }: Run): boolean {
  if (isGlued(text.charCodeAt(start - 1)) || text[start - 1] === '+' || isGlued(text.charCodeAt(end)))
    return false
  const isRow = (edge: number, other: number) =>
    group.isDigits[other] === 1 &&
    first !== last &&
    (group.ends[edge] ?? 0) - (group.starts[edge] ?? 0) ===
      (group.ends[other] ?? 0) - (group.starts[other] ?? 0)
  const inFront = first > 0 ? (text[start - 1] ?? '') : ''
  if (inFront === ' ' ? isRow(first, first - 1) : ties(inFront) && group.hasDigit[first - 1] === 1)
    return false
  const behind = last + 1 < group.count ? (text[end] ?? '') : ''
  return behind === ' ' ? !isRow(last, last + 1) : !(ties(behind) && group.hasDigit[last + 1] === 1)
}

const ties = (separator: string) => separator !== '' && '-./+'.includes(separator)

/** A letter of another script with spaces; those without never separate anything. */
const isGlued = (code: number) => code > 127 && isWordUnit(code)
