import type { Language } from '../language/language.ts'

/** What must be read before case and punctuation are gone. */
export interface Marks {
  /** Words with a capital inside a sentence, lower-case. */
  readonly names: ReadonlySet<string>
  readonly quoted: readonly string[]
  readonly symbols: string
}

/** Letters in one form, quotes and dashes straight. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what it looks for
const ascii = /^[\x00-\x7f]*$/

export function straight(text: string): string {
  // Most questions are, and five passes over them would change nothing.
  if (ascii.test(text)) return text.trim()
  return text
    .normalize('NFKC')
    .replace(/[‘’‚‛′´]/g, "'")
    .replace(/[“”„‟«»″]/g, '"')
    .replace(/[–—−‐‑‒]/g, '-')
    .trim()
}

const quotes = /"([^"]{1,80})"|`([^`]{1,200})`/g
/** A capital that begins a sentence says nothing. */
const sentenceStart = /(?:^|[.!?:;]["')\]]*\s+|\n\s*|^["'(]+)$/
const capital = /\p{Lu}[\p{L}\p{M}\p{N}]*(?:[.\-'/@_+#&][\p{L}\p{M}\p{N}]+)*[+#]*/gu
/** Of most questions only the first letter is one. */
const hasInnerCapital = /.[A-Z\u0080-\uffff]/s
const noNames: ReadonlySet<string> = new Set()

export function marksOf(text: string): Marks {
  return { names: namesIn(text), quoted: quotedIn(text), symbols: symbolsIn(text) }
}

function quotedIn(text: string): string[] {
  if (!/["`]/.test(text)) return []
  return [...text.matchAll(quotes)].map((match) => match[1] ?? match[2] ?? '')
}

function namesIn(text: string): ReadonlySet<string> {
  if (!hasInnerCapital.test(text)) return noNames
  // A text all in capitals marks nothing by them.
  if (!/\p{Ll}/u.test(text)) return noNames
  const names = new Set<string>()
  for (const match of text.matchAll(capital)) {
    const found = match[0]
    if (found === 'I' || found.startsWith("I'")) continue
    if (/[\p{L}\p{M}\p{N}]/u.test(text[match.index - 1] ?? '')) continue
    if (sentenceStart.test(text.slice(Math.max(0, match.index - 6), match.index)) && !isAcronym(found))
      continue
    if (match.index === 0 && !isAcronym(found)) continue
    names.add(found.toLowerCase().replace(/'s$/, ''))
  }
  return names
}

const isAcronym = (text: string) => text.length > 1 && /^[\p{Lu}\p{N}]+$/u.test(text)

const runs = /[^\p{L}\p{M}\p{N}\s]+/gu
const plain = /^[.,!?;:'"-]*$/
/** ASCII letters, digits and points: most questions have nothing else. */
const plainText = /^[A-Za-z0-9\s.,!?;:'"]*$/
const flags = /(?<=^|\s)--?[A-Za-z][\w-]*/g
const minus = /\d\s+-\s+\d/g

/** Everything that is neither words nor plain punctuation, in order. */
function symbolsIn(text: string): string {
  if (plainText.test(text)) return ''
  if (!/[^\p{L}\p{M}\p{N}\s.,!?;:'"]/u.test(text)) return ''
  let symbols = ''
  for (const match of text.matchAll(runs)) {
    const run = match[0]
    if (plain.test(run)) continue
    const isAlone = run === '&' && /\s/.test(text[match.index - 1] ?? ' ')
    if (isAlone) continue
    const rest = run.replace(/^[.,;:'"]+/, '').replace(/[.,!?;:'"]+$/, '')
    const shown = rest.replace(/[)\]}]+$/, '').replace(/^`+$/, '')
    if (shown !== '') symbols += `${shown} `
  }
  for (const match of text.matchAll(flags)) symbols += `${match[0]} `
  return symbols + '- '.repeat([...text.matchAll(minus)].length)
}

/** Lower-case, contractions written out, one space between words. */
export function spokenForm(text: string, language: Language): string {
  let spoken = text
    .toLowerCase()
    .replace(/\s+&\s+/g, ' and ')
    .replace(/\s+/g, ' ')
  if (/'|\b(?:cant|whats|im|\w+nt|cannot|not)\b/.test(spoken))
    for (const [pattern, replacement] of language.data.contractions)
      spoken = spoken.replace(pattern, replacement)
  return spoken
}

/** Without what is said out of politeness; a text that is nothing else stays as it is. */
export function withoutFrame(text: string, language: Language): string {
  let bare = text
  for (let round = 0; round < 4; round += 1) {
    const before = bare
    for (const pattern of [...language.data.leadIns, ...language.data.leadOuts]) {
      const shorter = bare.replace(pattern, '')
      if (/[\p{L}\p{N}]/u.test(shorter)) bare = shorter
    }
    if (bare === before) break
  }
  for (const [pattern, replacement] of language.data.openings) bare = bare.replace(pattern, replacement)
  return bare
}
