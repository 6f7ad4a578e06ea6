import { isLuhn, isOneDigitRepeated, mod97 } from '../checksums.ts'
import type { IdRule } from './rule.ts'

const inRange = (text: string, digits: number, from: number, to: number) => {
  const prefix = Number(text.slice(0, digits))
  return prefix >= from && prefix <= to
}

const networks: readonly ((card: string) => boolean)[] = [
  (card) => card.startsWith('4') && [13, 16, 19].includes(card.length),
  (card) => card.length === 16 && (inRange(card, 2, 51, 55) || inRange(card, 4, 2221, 2720)),
  (card) => card.length === 15 && /^(?:3[47]|2131|1800)/.test(card),
  (card) => card.length === 14 && /^3(?:0[0-5]|[68])/.test(card),
  (card) => card.length === 16 && /^(?:6011|64[4-9]|65|35)/.test(card),
  (card) => card.length >= 16 && card.startsWith('62'),
  (card) => card.length >= 12 && (card.startsWith('50') || inRange(card, 2, 56, 69)),
  (card) => card.startsWith('1') && card.length >= 13 && card.length <= 16,
]

function isCard(card: string): boolean {
  return networks.some((isOf) => isOf(card)) && isLuhn(card) && !isOneDigitRepeated(card)
}

/** Times in milli- and microseconds start with 1, and short numbers with 5 or 6 are anything: these need a word. */
function isCardAlone(card: string): boolean {
  if (card.startsWith('1')) return card.length === 15
  return card.length >= 16 || /^[34]/.test(card) || card.startsWith('2131')
}

const cardLayouts = ['4~4~4~4', '4~4~4~1', '4~4~4~2', '4~4~4~3', '4~4~4~4~3', '4~6~5', '4~6~4']

export const globalIds: readonly IdRule[] = [
  {
    type: 'CREDIT_CARD',
    kind: 'bank',
    class: 'strong',
    shape: /^[1-6]\d+$/,
    lengths: [12, 13, 14, 15, 16, 17, 18, 19],
    layouts: cardLayouts,
    isValid: isCard,
    isValidAlone: isCardAlone,
  },
  {
    type: 'LEI',
    kind: 'company',
    class: 'strong',
    shape: /^[0-9A-Z]{18}\d\d$/,
    lengths: [20],
    isValid: (lei) => mod97(lei) === 1,
    // One in 97 of all numbers with 20 digits passes.
    isValidAlone: (lei) => /[A-Z]/.test(lei),
  },
  {
    type: 'IMEI',
    kind: 'device',
    class: 'context',
    shape: /^\d{15}$/,
    lengths: [15],
    layouts: ['2~6~6~1'],
    isValid: isLuhn,
  },
]
