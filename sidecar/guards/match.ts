import { rules } from './rules.ts'
import type { Hit, Vocabulary } from './words.ts'

export interface Rule {
  readonly weight: number
  readonly family: number
  readonly classes: readonly number[]
  /** How many words may stand before each; of the first it means nothing. */
  readonly gaps: readonly number[]
  /** Not where the sentence speaks of it. */
  readonly isAsked: boolean
}

export interface RuleBook {
  /** By the class of their first word. */
  readonly byFirst: readonly (readonly Rule[])[]
  readonly families: number
  readonly talk: number
  readonly ask: number
}

export interface Match {
  readonly start: number
  readonly end: number
  readonly rule: Rule
}

const usualGap = 3
/** Words before a verb that say whether it is asked for or spoken of. */
const talkPlaces = 4
/** Sentences are rarely longer, and looking back must end. */
const askPlaces = 24

export function createRuleBook({ classNumber }: Vocabulary): RuleBook {
  const families = [...new Set(rules.map(([, family]) => family))]
  const byFirst: Rule[][] = [...classNumber].map(() => [])
  for (const [weight, family, words] of rules) {
    const rule = { weight, family: families.indexOf(family), ...readWords(words, classNumber) }
    byFirst[rule.classes[0] ?? -1]?.push(rule)
  }
  return {
    byFirst,
    families: families.length,
    talk: classNumber.get('TALK') ?? -1,
    ask: classNumber.get('ASK') ?? -1,
  }
}

function readWords(words: string, classNumber: ReadonlyMap<string, number>) {
  const classes: number[] = []
  const gaps: number[] = []
  let gap = usualGap
  for (const word of words.split(' ')) {
    if (word === '!') continue
    if (/^\d$/.test(word)) {
      gap = Number(word)
      continue
    }
    const number = classNumber.get(word)
    if (number === undefined) throw new Error(`no words are called ${word}`)
    classes.push(number)
    gaps.push(gap)
    gap = usualGap
  }
  return { classes, gaps, isAsked: words.startsWith('!') }
}

/**
 * The weight of what the words of a text make up, each family once. Every word is the beginning of few rules, and a
 * rule looks at few words, so that the time is that of the text.
 */
export function matched(hits: readonly Hit[], book: RuleBook, onMatch?: (match: Match) => void): number {
  const best = new Uint8Array(book.families)
  for (let at = 0; at < hits.length; at += 1) {
    for (const number of hits[at]?.classes ?? []) {
      for (const rule of book.byFirst[number] ?? []) {
        if (onMatch === undefined && (best[rule.family] ?? 0) >= rule.weight) continue
        const last = lastOf(hits, at, rule, 1)
        if (last < 0 || (rule.isAsked && isTalk(hits, at, book))) continue
        best[rule.family] = Math.max(best[rule.family] ?? 0, rule.weight)
        onMatch?.({ start: hits[at]?.start ?? 0, end: hits[last]?.end ?? 0, rule })
      }
    }
  }
  let weight = 0
  for (const each of best) weight += each
  return weight
}

/** Where the rule ends that goes on after the hit `from` with its word `step`; -1: it does not. */
function lastOf(hits: readonly Hit[], from: number, rule: Rule, step: number): number {
  const wanted = rule.classes[step]
  if (wanted === undefined) return from
  const limit = (hits[from]?.place ?? 0) + (rule.gaps[step] ?? 0) + 1
  for (let at = from + 1; at < hits.length; at += 1) {
    const hit = hits[at] as Hit
    if (hit.place > limit) return -1
    if (hit.place === hits[from]?.place || !hit.classes.includes(wanted)) continue
    const last = lastOf(hits, at, rule, step + 1)
    if (last >= 0) return last
  }
  return -1
}

/** Somebody is spoken of who does it, right before the verb or anywhere in the sentence. */
function isTalk(hits: readonly Hit[], at: number, { talk, ask }: RuleBook): boolean {
  const { place, sentence } = hits[at] as Hit
  for (let before = at - 1; before >= 0; before -= 1) {
    const hit = hits[before] as Hit
    if (hit.sentence !== sentence || place - hit.place > askPlaces) return false
    if (hit.classes.includes(ask) || (place - hit.place <= talkPlaces && hit.classes.includes(talk)))
      return true
  }
  return false
}
