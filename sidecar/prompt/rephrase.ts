import { distance } from 'fastest-levenshtein'

/** `repeat`: the same again. `rephrase`: the same in other words: the answer did not help. */
export type Likeness = 'repeat' | 'rephrase' | 'other'

const charsMin = 16
// Comparing takes time with the square of the length: 11 µs here, a hundred times that at 2,048.
const charsMax = 256
const repeatMin = 0.95
const rephraseMin = 0.6
const turnsBack = 3

/** How the newest turn of a person stands to the three before it; the nearest counts. */
export function likenessOf(newest: string, before: readonly string[]): Likeness {
  const own = normalised(newest)
  if (own.length < charsMin) return 'other'
  let best: Likeness = 'other'
  for (const text of before.slice(-turnsBack)) {
    const other = normalised(text)
    if (other.length < charsMin) continue
    const found = compare(own, other)
    if (found === 'repeat') return 'repeat'
    if (found === 'rephrase') best = 'rephrase'
  }
  return best
}

function compare(own: string, other: string): Likeness {
  const longer = Math.max(own.length, other.length)
  // So different in length that no arrangement of letters reaches the limit.
  if (Math.min(own.length, other.length) / longer < rephraseMin) return 'other'
  if (own !== other && isNewQuestion(own, other)) return 'other'
  const likeness = 1 - distance(own, other) / longer
  if (likeness >= repeatMin) return 'repeat'
  return likeness >= rephraseMin ? 'rephrase' : 'other'
}

/** Lower case, no punctuation, single spaces. */
export function normalised(text: string): string {
  return text
    .slice(0, charsMax * 4)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, charsMax)
}

const negations = new Set(
  'not no never without dont doesnt isnt cant nicht kein keine nie ohne ne pas jamais sans no nunca sin non mai'.split(
    ' ',
  ),
)
const dates = new Set(
  (
    'january february march april may june july august september october november december ' +
    'monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday ' +
    'januar februar märz april mai juni juli august september oktober november dezember ' +
    'montag dienstag mittwoch donnerstag freitag samstag sonntag heute morgen gestern'
  ).split(' '),
)

/** Only a number, a date or a negation changed: that asks for something else. */
function isNewQuestion(own: string, other: string): boolean {
  const mine = own.split(' ')
  const theirs = other.split(' ')
  const added = without(mine, theirs)
  const removed = without(theirs, mine)
  const changed = [...added, ...removed]
  return changed.length > 0 && changed.length <= 4 && changed.every(isTelling)
}

function without(words: readonly string[], known: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const word of known) left.set(word, (left.get(word) ?? 0) + 1)
  return words.filter((word) => {
    const count = left.get(word) ?? 0
    left.set(word, count - 1)
    return count <= 0
  })
}

function isTelling(word: string): boolean {
  return /\d/.test(word) || negations.has(word) || dates.has(word)
}
