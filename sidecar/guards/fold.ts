/** What a character is to the guard: a code that words are made of, one that stands between them, or nothing at all. */
export const betweenWords = 0
export const sentenceEnd = 1
/** Not there: invisible, or an accent. */
export const nothing = 2

/** Letters of other alphabets, digits and signs that are drawn in place of Latin ones. */
const lookAlikes: Readonly<Record<string, string>> = {
  а: 'a',
  в: 'b',
  с: 'c',
  е: 'e',
  ё: 'e',
  һ: 'h',
  і: 'i',
  ј: 'j',
  к: 'k',
  м: 'm',
  о: 'o',
  р: 'p',
  ѕ: 's',
  т: 't',
  у: 'y',
  х: 'x',
  α: 'a',
  ε: 'e',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  ß: 's',
  ı: 'i',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  æ: 'a',
  œ: 'o',
}

/** Codes of all characters of the basic plane. */
export function foldTable(): Uint16Array {
  const table = new Uint16Array(65_536)
  for (let code = 0; code < table.length; code += 1) table[code] = folded(code)
  return table
}

function folded(code: number): number {
  // Scripts without case or accents: nothing of the lexicon is written in them.
  if (code >= 0x2e80 && code < 0xfb00 && (code < 0xfe00 || code > 0xfe0f)) return betweenWords
  const character = String.fromCharCode(code)
  if (isInvisible(code) || /\p{M}/u.test(character)) return nothing
  if (character === '.' || character === '!' || character === '?' || character === '\n' || character === ';')
    return sentenceEnd
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()[0] ?? ' '
  const latin = lookAlikes[plain] ?? plain
  return /[\p{L}\p{N}]/u.test(latin) ? latin.charCodeAt(0) : betweenWords
}

/** Takes no room on paper and has no place in a prompt, but for the uses that `invisible.ts` knows. */
export function isInvisible(code: number): boolean {
  return (
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x2064) ||
    code === 0xad ||
    code === 0xfeff
  )
}
