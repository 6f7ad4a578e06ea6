import type { Analysis } from '../analysis/analysis.ts'

export type GuardRule =
  | 'num'
  | 'symbol'
  | 'neg'
  | 'antonym'
  | 'polarity'
  | 'entity'
  | 'quoted'
  | 'wh'
  | 'pronoun'
  | 'order'
  | 'tense'
  | 'function'
  | 'slot'
  | 'length'
  | 'shared'
  | 'negative'

/** Opposites and synonyms, those of the route among them. */
export interface GuardWords {
  readonly opposites: ReadonlyMap<string, ReadonlySet<string>>
  /** Words of one meaning, mapped to one of them. */
  readonly synonyms: ReadonlyMap<string, string>
}

/** The first of ten rules that fails; '' when all hold. Words and their order may differ otherwise. */
export function softGuard(a: Analysis, b: Analysis, words: GuardWords): GuardRule | '' {
  if (a.language !== b.language) return 'order'
  if (a.numbers !== b.numbers) return 'num'
  if (a.symbols !== b.symbols) return 'symbol'
  if (a.negations !== b.negations || a.denied !== b.denied) return 'neg'
  const [wordsA, wordsB] = [wordsOf(a), wordsOf(b)]
  const turned = oppositeRule(wordsA, wordsB, words)
  if (turned !== '') return turned
  if (!hasNames(a, wordsB, words) || !hasNames(b, wordsA, words)) return 'entity'
  if (a.quoted !== b.quoted) return 'quoted'
  if (a.wh !== b.wh) return 'wh'
  if (a.pronouns !== b.pronouns || isOtherPerson(wordsA, wordsB)) return 'pronoun'
  return isInOrder(a, b) ? '' : 'order'
}

function wordsOf({ sequence, text }: Analysis): ReadonlySet<string> {
  return new Set([...sequence.split(' '), ...text.split(/[^\p{L}\p{M}\p{N}.\-'/@_+#&]+/u)])
}

function oppositeRule(
  a: ReadonlySet<string>,
  b: ReadonlySet<string>,
  { opposites, synonyms }: GuardWords,
): 'antonym' | 'polarity' | '' {
  let rule: 'polarity' | '' = ''
  for (const [mine, theirs] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const word of mine) {
      const against = opposites.get(word)
      if (against === undefined || theirs.has(word) || hasSynonym(theirs, word, synonyms)) continue
      for (const other of against) if (theirs.has(other) && !mine.has(other)) return 'antonym'
      rule = 'polarity'
    }
  }
  return rule
}

function hasSynonym(words: ReadonlySet<string>, word: string, synonyms: GuardWords['synonyms']): boolean {
  const meant = synonyms.get(word)
  return meant !== undefined && [...words].some((other) => synonyms.get(other) === meant)
}

function hasNames({ names }: Analysis, others: ReadonlySet<string>, { synonyms }: GuardWords): boolean {
  return names.every((name) => {
    if (others.has(name) || others.has(`${name}^`)) return true
    const other = synonyms.get(name)
    if (other !== undefined && [...others].some((word) => (synonyms.get(word) ?? word) === other)) return true
    const parts = name.split('-')
    return parts.length > 1 && parts.every((part) => others.has(part))
  })
}

/** What both say, and the numbers among it, comes in the same order: who does what to whom, from where to where. */
function isInOrder(a: Analysis, b: Analysis): boolean {
  if (a.sequence === b.sequence) return true
  const [first, second] = [placed(a), placed(b)]
  const common = new Map(second.map(({ word, towards }) => [word, towards]))
  const kept = first.filter(({ word }) => common.has(word))
  const isTurned = kept.some(({ word, towards }) => {
    const other = common.get(word) ?? ''
    return towards !== '' && other !== '' && towards !== other
  })
  if (isTurned) return false
  const own = new Set(kept.map(({ word }) => word))
  const order = (words: readonly Placed[]) =>
    words.flatMap(({ word }) => (own.has(word) ? [word] : [])).join(' ')
  return order(kept) === order(second)
}

interface Placed {
  readonly word: string
  /** The word of direction right before it. */
  readonly towards: string
}

/** Content, numbers and persons. */
function placed({ sequence, content }: Analysis): Placed[] {
  const known = new Set(content)
  const words = sequence.split(' ')
  return words.flatMap((word, index) => {
    if (!known.has(word) && !/\d/.test(word) && !persons.has(word)) return []
    const before = words[index - 1] ?? ''
    return [{ word, towards: directions.has(before) ? before : '' }]
  })
}

const directions = new Set([
  'from',
  'to',
  'into',
  'than',
  'of',
  'by',
  'without',
  'von',
  'nach',
  'zu',
  'als',
  'durch',
])
const persons = new Set([
  'i',
  'me',
  'you',
  'we',
  'us',
  'he',
  'him',
  'she',
  'they',
  'them',
  'ich',
  'mir',
  'du',
  'dir',
  'sie',
])
const speaker = new Set([
  'i',
  'me',
  'my',
  'mine',
  'we',
  'us',
  'our',
  'ich',
  'mich',
  'mir',
  'mein',
  'meine',
  'wir',
  'unser',
])
const spokenTo = new Set(['you', 'your', 'yours', 'du', 'dich', 'dir', 'dein', 'deine', 'ihr', 'euer'])

/** One asks about the speaker alone, the other about whom they speak to. */
function isOtherPerson(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const about = (words: ReadonlySet<string>, of: ReadonlySet<string>) =>
    [...of].some((word) => words.has(word))
  const [mine, yours] = [about(a, speaker), about(a, spokenTo)]
  const [theirMine, theirYours] = [about(b, speaker), about(b, spokenTo)]
  return (mine && !yours && theirYours && !theirMine) || (yours && !mine && theirMine && !theirYours)
}
