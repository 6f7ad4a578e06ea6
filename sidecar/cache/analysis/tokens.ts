import type { Language } from '../language/language.ts'

export interface Token {
  /** Lower-case, spelling mapped, numbers with their sign, currency and unit. */
  readonly text: string
  readonly isNumber: boolean
  /** Written with a capital inside a sentence. */
  readonly isName: boolean
  /** The next word follows without a stop between them. */
  readonly isFollowed: boolean
}

/** Words with what may stand inside them; numbers keep their separators, `c++` and `50%` their ends. */
const word = /[\p{L}\p{M}\p{N}]+(?:(?:[.\-'/@_+#&]|(?<=\d)[,:](?=\d))[\p{L}\p{M}\p{N}]+)*[+#%°]*/gu
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what it looks for
const ascii = /^[\x00-\x7f]*$/
/** The same in a third of the time. */
const asciiWord = /[a-z0-9]+(?:(?:[.\-'/@_+#&]|(?<=\d)[,:](?=\d))[a-z0-9]+)*[+#%]*/g
const currencies = '$€£¥₹'
const thousands = /^(\d{1,3})(?:,\d{3})+(?![\d,])/
const numberUnit = /^(-?[$€£¥₹]?\d+(?:[.,:]\d+)*)([a-z%°]+)$/

/** `names`: lower-case words that were written as names. The text is lower-case already. */
export function tokensOf(text: string, language: Language, names: ReadonlySet<string>): Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(ascii.test(text) ? asciiWord : word)) {
    const end = match.index + match[0].length
    const isFollowed = isSpaceAndWord(text, end)
    const raw = match[0]
    const isNumber = raw.charCodeAt(0) >= 48 && raw.charCodeAt(0) <= 57
    if (isNumber) pushNumber(tokens, signed(text, match.index, raw), { language, isFollowed })
    else pushWord(tokens, raw, { language, isFollowed, isName: names.has(raw), text, at: match.index })
  }
  return joinedPhrases(tokens, language)
}

/** A minus, a currency or a leading point belongs to the number. */
function signed(text: string, at: number, raw: string): string {
  const before = text[at - 1] ?? ''
  const plain = raw.replace(thousands, (found) => found.replaceAll(',', ''))
  if (currencies.includes(before) && before !== '') {
    return `${before}${text[at - 2] === '-' ? '-' : ''}${plain}`
  }
  const isApart = at < 2 || /[\s(=<>*/+]/.test(text[at - 2] ?? '')
  return isApart && (before === '-' || before === '.') ? before + plain : plain
}

/** Between two words there is one space, and nothing that ends a thought. */
function isSpaceAndWord(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 0x20) return false
  const next = text.charCodeAt(at + 1)
  if (next > 0x7f) return /[\p{L}\p{N}]/u.test(text[at + 1] ?? '')
  return (next >= 0x61 && next <= 0x7a) || (next >= 0x30 && next <= 0x39)
}

interface Setting {
  readonly language: Language
  readonly isFollowed: boolean
}

function pushNumber(tokens: Token[], text: string, { language, isFollowed }: Setting): void {
  const [, digits, unit] = numberUnit.exec(text) ?? []
  const canonical = unit === undefined ? undefined : language.units.get(unit)
  const joined = digits === undefined || canonical === undefined ? text : digits + canonical
  tokens.push({ text: joined, isNumber: true, isName: false, isFollowed })
}

function pushWord(
  tokens: Token[],
  raw: string,
  from: Setting & { readonly isName: boolean; readonly text: string; readonly at: number },
): void {
  const { language, isFollowed, isName } = from
  const last = tokens.at(-1)
  const unit = last?.isNumber && last.isFollowed ? language.units.get(raw) : undefined
  if (last !== undefined && unit !== undefined && /\d$/.test(last.text)) {
    tokens[tokens.length - 1] = { ...last, text: last.text + unit, isFollowed }
    return
  }
  const number = numberWord(raw, language)
  if (number !== undefined) {
    pushNumberWord(tokens, number, isFollowed)
    return
  }
  if (/^\p{L}+(?:-\p{L}+)+$/u.test(raw) && !language.spellings.has(raw)) {
    pushParts(tokens, raw, from)
    return
  }
  const dotted = from.text[from.at - 1] === '.' && (from.at < 2 || from.text[from.at - 2] === ' ') ? '.' : ''
  const text = dotted + (language.spellings.get(raw) ?? raw)
  tokens.push({ text, isNumber: false, isName, isFollowed })
}

/** `top-up` and `top up` are one. */
function pushParts(
  tokens: Token[],
  raw: string,
  { language, isName, isFollowed }: Setting & { isName: boolean },
): void {
  const parts = raw.split('-')
  parts.forEach((part, index) => {
    const text = language.spellings.get(part) ?? part
    tokens.push({ text, isNumber: false, isName, isFollowed: index < parts.length - 1 || isFollowed })
  })
}

function numberWord(raw: string, language: Language): string | undefined {
  const own = language.numbers.get(raw)
  if (own !== undefined) return own
  const [tens, ones, more] = raw.split('-')
  if (tens === undefined || ones === undefined || more !== undefined) return undefined
  const a = Number(language.numbers.get(tens))
  const b = ones === 'one' ? 1 : Number(language.numbers.get(ones))
  return a >= 20 && a < 100 && b > 0 && b < 10 ? String(a + b) : undefined
}

/** `twenty five` is one number. */
function pushNumberWord(tokens: Token[], number: string, isFollowed: boolean): void {
  const last = tokens.at(-1)
  const value = Number(number)
  const before = last?.isNumber && last.isFollowed ? Number(last.text) : Number.NaN
  if (before >= 20 && before < 100 && before % 10 === 0 && value > 0 && value < 10 && Number.isInteger(value))
    tokens.pop()
  const isJoined = before >= 20 && tokens.at(-1) !== last
  tokens.push({ text: isJoined ? String(before + value) : number, isNumber: true, isName: false, isFollowed })
}

function joinedPhrases(tokens: Token[], { phrases }: Language): Token[] {
  if (phrases.size === 0) return tokens
  const joined: Token[] = []
  for (const token of tokens) {
    const last = joined.at(-1)
    const phrase = last?.isFollowed ? phrases.get(`${last.text} ${token.text}`) : undefined
    if (last !== undefined && phrase !== undefined)
      joined[joined.length - 1] = { ...token, text: phrase, isName: false }
    else joined.push(token)
  }
  return joined
}
