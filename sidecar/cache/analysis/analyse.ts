import { type KnownWords, noKnownWords } from '../language/known-words.ts'
import type { Language } from '../language/language.ts'
import type { Analysis } from './analysis.ts'
import { marksOf, spokenForm, straight, withoutFrame } from './normalise.ts'
import { root, singular } from './stem.ts'
import { type Token, tokensOf } from './tokens.ts'

const nothing: readonly string[] = []

/** Code is compared as it is written: its case and its points mean something. */
const code = /```|[{};]\s*(?:\n|$)|=>|\)\s*\{/

export interface Lexicon {
  readonly known: KnownWords
  /** Rewrites a word before it counts: how typing errors become words of the scope. */
  readonly correct?: (word: string) => string
}

export const noLexicon: Lexicon = { known: noKnownWords }

export function analyse(text: string, language: Language, { known, correct }: Lexicon = noLexicon): Analysis {
  const plain = straight(text)
  const marks = marksOf(plain)
  const spoken = withoutFrame(spokenForm(plain, language), language)
  const tokens = ordered(corrected(tokensOf(spoken, language, marks.names), correct), language)
  const found = sorted(tokens, language, known)
  const isCode = code.test(plain)
  const wh = questionOf(tokens, language)
  const numbers = found.numbers.sort().join(' ')
  const quoted = marks.quoted.join('\u0001')
  const content = found.content.length === 0 ? nothing : found.content
  return {
    language: language.code,
    text: spoken,
    key: keyOf({
      language: language.code,
      wh,
      negations: found.denied.length,
      numbers,
      symbols: marks.symbols,
      content,
    }),
    wh,
    numbers,
    symbols: marks.symbols,
    negations: found.denied.length,
    denied: found.denied.join(' '),
    content,
    functions: found.functions.sort().join(' '),
    sequence: isCode ? plain.replace(/\s+/g, ' ') : found.sequence.join(' '),
    auxiliaries: found.auxiliaries.sort().join(' '),
    pronouns: found.pronouns.join(' '),
    tense: found.tense.sort().join(' '),
    names: marks.names.size === 0 ? nothing : [...marks.names],
    quoted,
  }
}

function corrected(tokens: readonly Token[], correct: Lexicon['correct']): readonly Token[] {
  if (correct === undefined) return tokens
  return tokens.map((token) => {
    if (token.isNumber || token.isName) return token
    const text = correct(token.text)
    return text === token.text ? token : { ...token, text }
  })
}

interface Found {
  readonly content: string[]
  readonly functions: string[]
  readonly sequence: string[]
  readonly numbers: string[]
  readonly denied: string[]
  readonly auxiliaries: string[]
  readonly pronouns: string[]
  readonly tense: string[]
}

function sorted(tokens: readonly Token[], language: Language, known: KnownWords): Found {
  const found: Found = {
    content: [],
    functions: [],
    sequence: [],
    numbers: [],
    denied: [],
    auxiliaries: [],
    pronouns: [],
    tense: [],
  }
  tokens.forEach((token, index) => {
    sort(token, tokens, { index, language, known, found })
  })
  return found
}

function sort(
  token: Token,
  tokens: readonly Token[],
  { index, language, known, found }: { index: number; language: Language; known: KnownWords; found: Found },
): void {
  const { text } = token
  if (token.isNumber || /\d/.test(text)) found.numbers.push(text)
  if (language.negations.has(text)) found.denied.push(deniedBy(tokens, index, language))
  if (language.tense.has(text)) found.tense.push(text)
  if (language.pronouns.has(text)) found.pronouns.push(text)
  const auxiliary = language.auxiliaries.get(text)
  // Written as a name, `US` is no `us` and the A of a vitamin no article.
  if (
    token.isName &&
    (isFunction(text, language) || auxiliary !== undefined || language.articles.has(text))
  ) {
    found.content.push(`${text}^`)
    found.sequence.push(`${text}^`)
    return
  }
  if (auxiliary !== undefined) {
    found.auxiliaries.push(auxiliary)
    return
  }
  if (language.articles.has(text) && token.isFollowed) return
  if (language.code === 'en' && isOwnInHow(tokens, text)) return
  if (isFunction(text, language)) {
    found.functions.push(text)
    found.sequence.push(text)
    return
  }
  const single = token.isNumber || token.isName ? text : singular(text, language, known)
  if (!token.isNumber) found.content.push(single)
  found.sequence.push(single)
}

/** How and where to do it is the same for my account as for the account. */
function isOwnInHow(tokens: readonly Token[], text: string): boolean {
  if (text !== 'my' && text !== 'our') return false
  return tokens[1]?.text === 'to' && (tokens[0]?.text === 'how' || tokens[0]?.text === 'where')
}

function isFunction(text: string, language: Language): boolean {
  return language.functions.has(text) || language.questions.has(text)
}

/** The next word of content, which is what a negation is about. */
function deniedBy(tokens: readonly Token[], index: number, language: Language): string {
  for (const token of tokens.slice(index + 1)) {
    const isContent =
      !isFunction(token.text, language) &&
      !language.articles.has(token.text) &&
      !language.auxiliaries.has(token.text)
    if (isContent) return token.text
  }
  return '$'
}

function questionOf(tokens: readonly Token[], language: Language): string {
  const first = tokens[0]?.text ?? ''
  const auxiliary = language.auxiliaries.get(first) ?? (isAsking(first, language) ? first : undefined)
  if (auxiliary !== undefined) return `yn:${auxiliary}`
  for (const [index, { text }] of tokens.entries()) {
    const question = language.questions.get(text)
    if (question === undefined) continue
    const next = tokens[index + 1]?.text ?? ''
    return language.measures.has(next) ? `${question} ${next}` : question
  }
  return ''
}

const askingInThePast = new Set(['was', 'were', 'did', 'had', 'has', 'have'])

function isAsking(text: string, language: Language): boolean {
  return language.modals.has(text) || (language.code === 'en' && askingInThePast.has(text))
}

/** Two of a kind between words of grammar stand in the order of the alphabet. */
function ordered(tokens: readonly Token[], language: Language): readonly Token[] {
  const { joiners } = language
  if (joiners.size === 0 || !tokens.some(({ text }) => joiners.has(text))) return tokens
  const turned = [...tokens]
  for (let at = 1; at < tokens.length - 1; at += 1) {
    if (!joiners.has(tokens[at]?.text ?? '')) continue
    const right = language.articles.has(tokens[at + 1]?.text ?? '') ? at + 2 : at + 1
    const [a, b] = [turned[at - 1], turned[right]]
    if (a === undefined || b === undefined || !isNominal(turned, at - 1, language)) continue
    if (!isPlain(a, language) || !isPlain(b, language) || !isEnd(turned[right + 1], b, language)) continue
    if (a.text <= b.text) continue
    turned[at - 1] = { ...b, isFollowed: true }
    turned[right] = { ...a, isFollowed: b.isFollowed }
  }
  return turned
}

const nominal = new Set(['between', 'of', 'with', 'compare', 'versus', 'about', 'for'])

/** What stands before says that a noun comes: verbs joined by `and` are steps, and have an order. */
function isNominal(tokens: readonly Token[], at: number, language: Language): boolean {
  const before = tokens[at - 1]
  if (before === undefined) return tokens[at + 1]?.text === 'versus'
  return nominal.has(before.text) || language.articles.has(before.text)
}

function isPlain(token: Token, language: Language): boolean {
  return !isFunction(token.text, language) && !language.articles.has(token.text)
}

/** Without this, `new york and boston` would be turned in its middle. */
function isEnd(next: Token | undefined, last: Token, language: Language): boolean {
  return next === undefined || !last.isFollowed || !isPlain(next, language)
}

interface KeyParts {
  readonly language: string
  readonly wh: string
  readonly negations: number
  readonly numbers: string
  readonly symbols: string
  readonly content: readonly string[]
}

function keyOf(parts: KeyParts): string {
  const words = [...new Set(parts.content)].sort().join(' ')
  return [parts.language, parts.wh, parts.negations, parts.numbers, parts.symbols, words].join('|')
}

/** Roots of the content, each once: what similarity is measured on. */
export function rootsOf(content: readonly string[], language: Language): string[] {
  return [...new Set(content.map((word) => root(word, language)))]
}
