import { analyse, rootsOf } from '../analysis/analyse.ts'
import type { Analysis } from '../analysis/analysis.ts'
import type { Language } from '../language/language.ts'
import { gramCosine, grams } from '../lexical/likeness.ts'

export interface Agreement {
  readonly label: 'agree' | 'disagree' | 'unsure'
  readonly method: 'exact' | 'fields' | 'similarity'
}

/** Longer answers are compared by their beginning: what is wrong shows there, and the caller's loop goes on. */
const charsMax = 8000
const alike = 0.75
const unlike = 0.35

/** Whether two answers say the same. Numbers decide, names and negations in short answers, then likeness; the middle stays open. */
export function agreementOf(a: string, b: string, language: Language): Agreement {
  const [first, second] = [a.slice(0, charsMax), b.slice(0, charsMax)]
  if (flat(first) === flat(second)) return { label: 'agree', method: 'exact' }
  const [left, right] = [analyse(first, language), analyse(second, language)]
  const fields = fieldsOf(left, right)
  if (fields !== undefined) return { label: fields, method: 'fields' }
  const cosine = gramCosine(grams(left.text), grams(right.text))
  const shared = overlap(rootsOf(left.content, language), rootsOf(right.content, language))
  const likeness = Math.max(cosine, shared)
  if (likeness >= alike) return { label: 'agree', method: 'similarity' }
  return { label: likeness < unlike ? 'disagree' : 'unsure', method: 'similarity' }
}

function flat(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

const shortWords = 40

/** Undefined where the fields leave it open. */
function fieldsOf(a: Analysis, b: Analysis): 'agree' | 'disagree' | undefined {
  const [numbersA, numbersB] = [setOf(a.numbers), setOf(b.numbers)]
  const isShort = Math.max(a.content.length, b.content.length) <= shortWords
  const common = [...numbersA].filter((number) => numbersB.has(number)).length
  if (numbersA.size > 0 && numbersB.size > 0 && common === 0) return 'disagree'
  if (!isShort) return undefined
  if (numbersA.size !== common || numbersB.size !== common)
    return numbersA.size > 0 && numbersB.size > 0 ? 'disagree' : undefined
  const isYes = (text: string) => /^(?:yes|yeah|correct|ja|oui|sí)\b/.test(text)
  const isNo = (text: string) => /^(?:no|nope|nein|non)\b/.test(text)
  if ((isYes(a.text) && isNo(b.text)) || (isNo(a.text) && isYes(b.text))) return 'disagree'
  const isOneWord = Math.max(a.content.length, b.content.length) <= 3
  if (
    isOneWord &&
    a.names.length > 0 &&
    b.names.length > 0 &&
    !a.names.some((name) => b.names.includes(name))
  )
    return 'disagree'
  return a.negations !== b.negations && isOneWord ? 'disagree' : undefined
}

function setOf(joined: string): ReadonlySet<string> {
  return new Set(joined === '' ? [] : joined.split(' '))
}

/** Of the smaller set: an answer that says more still agrees. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const smaller = Math.min(a.length, b.length)
  return smaller === 0 ? 0 : a.filter((word) => b.includes(word)).length / smaller
}
