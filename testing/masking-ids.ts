import type { Random } from './random.ts'

/**
 * Ids made by arithmetic of its own, so that a slip in the rules of the engine is not repeated here. `spoil` gives the
 * same id with a wrong check digit.
 */
export interface IdMaker {
  readonly type: string
  make(random: Random): string
  spoil(id: string): string
}

const digits = (random: Random, length: number, first = 10) =>
  Array.from({ length }, (_, index) =>
    index === 0 && first < 10 ? 1 + random.int(first) : random.int(10),
  ).join('')
const two = (value: number) => String(value).padStart(2, '0')
const sum = (text: string, weights: readonly number[]) =>
  weights.reduce((total, weight, index) => total + weight * Number(text[index]), 0)
const day = (random: Random) => two(1 + random.int(28))
const month = (random: Random) => two(1 + random.int(12))

/** Draws until the check can be written in one digit. */
function checked(draw: () => string, check: (body: string) => number | string | undefined): string {
  for (;;) {
    const body = draw()
    const end = check(body)
    if (end !== undefined && end !== 10) return body + String(end)
  }
}

function luhnDigit(body: string): number {
  const total = [...body].reverse().reduce((all, letter, index) => {
    const doubled = Number(letter) * (index % 2 === 0 ? 2 : 1)
    return all + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return (10 - (total % 10)) % 10
}

/** The remainder of a long number, digit by digit. */
const rest = (number: string, by: number) =>
  [...number].reduce((all, digit) => (all * 10 + Number(digit)) % by, 0)

const nextDigit = (digit: string) => String((Number(digit) + 1) % 10)
const spoilLast = (id: string) => id.slice(0, -1) + nextDigit(id.slice(-1))
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const spoilLetter = (id: string) =>
  id.slice(0, -1) + (letters[(letters.indexOf(id.slice(-1)) + 1) % letters.length] ?? 'A')

function mod11And10(body: string): number {
  let carry = 10
  for (const digit of body) {
    const step = (carry + Number(digit)) % 10 || 10
    carry = (step * 2) % 11
  }
  return (11 - carry) % 10
}

/** Ten digits of which one stands twice and one not at all. */
function taxBody(random: Random): string {
  const drawn = [...'0123456789'].toSorted(() => random.int(3) - 1)
  const shuffled = drawn.slice(0, 9)
  shuffled.splice(2 + random.int(7), 0, shuffled[0] ?? '1')
  const body = shuffled.join('')
  return body.startsWith('0') || /(\d)\1\1/.test(body) ? taxBody(random) : body
}

const iban = (country: string, body: string) => {
  const inDigits = [...`${body}${country}00`].map((letter) => Number.parseInt(letter, 36)).join('')
  return `${country}${two(98 - rest(inDigits, 97))}${body}`
}
const inFours = (id: string) => id.replaceAll(/(.{4})(?=.)/g, '$1 ')

export const idMakers = {
  card: {
    type: 'CREDIT_CARD',
    make: (r) => inFours(checked(() => `4${digits(r, 14)}`, luhnDigit)),
    spoil: spoilLast,
  },
  ibanDe: {
    type: 'IBAN',
    make: (r) => inFours(iban('DE', digits(r, 18))),
    spoil: spoilLast,
  },
  ibanNl: { type: 'IBAN', make: (r) => iban('NL', `INGB${digits(r, 10)}`), spoil: spoilLast },
  steuerId: { type: 'DE_TAX_ID', make: (r) => checked(() => taxBody(r), mod11And10), spoil: spoilLast },
  nhs: {
    type: 'UK_NHS',
    make: (r) =>
      checked(
        () => digits(r, 9, 9),
        (body) => (11 - (sum(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11,
      ),
    spoil: spoilLast,
  },
  nir: {
    type: 'FR_NIR',
    make: (r) => {
      const body = `${1 + r.int(2)}${digits(r, 2)}${month(r)}${two(1 + r.int(95))}${digits(r, 3)}${digits(r, 3)}`
      return `${body}${two(97 - rest(body, 97))}`
    },
    spoil: (id) => spoilLast(id),
  },
  siret: {
    type: 'FR_SIRET',
    make: (r) => checked(() => `${checked(() => digits(r, 8, 9), luhnDigit)}${digits(r, 4)}`, luhnDigit),
    spoil: spoilLast,
  },
  dni: {
    type: 'ES_NIF',
    make: (r) =>
      checked(
        () => digits(r, 8),
        (body) => 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(body) % 23],
      ),
    spoil: spoilLetter,
  },
  nie: {
    type: 'ES_NIE',
    make: (r) => {
      const body = digits(r, 7)
      return `Y${body}${'TRWAGMYFPDXBNJZSQVHLCKE'[Number(`1${body}`) % 23]}`
    },
    spoil: spoilLetter,
  },
  partitaIva: {
    type: 'IT_VAT_CODE',
    make: (r) => checked(() => `${digits(r, 7, 9)}0${two(1 + r.int(95))}`, luhnDigit),
    spoil: spoilLast,
  },
  contribuinte: {
    type: 'PT_NIF',
    make: (r) =>
      checked(
        () => `2${digits(r, 7)}`,
        (body) => {
          const left = sum(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
          return left < 2 ? 0 : 11 - left
        },
      ),
    spoil: spoilLast,
  },
  cpf: {
    type: 'BR_CPF',
    make: (r) => {
      const check = (body: string) => {
        const left =
          [...body].reduce((all, digit, index) => all + Number(digit) * (body.length + 1 - index), 0) % 11
        return left < 2 ? 0 : 11 - left
      }
      return checked(() => checked(() => digits(r, 9), check), check)
    },
    spoil: spoilLast,
  },
  bsn: {
    type: 'NL_BSN',
    make: (r) =>
      checked(
        () => digits(r, 8, 9),
        (body) => sum(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11,
      ),
    spoil: spoilLast,
  },
  pesel: {
    type: 'PL_PESEL',
    make: (r) =>
      checked(
        () => `${digits(r, 2)}${month(r)}${day(r)}${digits(r, 4)}`,
        (body) => (10 - (sum(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10,
      ),
    spoil: spoilLast,
  },
  nip: {
    type: 'PL_NIP',
    make: (r) =>
      checked(
        () => digits(r, 9, 9),
        (body) => sum(body, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11,
      ),
    spoil: spoilLast,
  },
  personnummer: {
    type: 'SE_PERSONNUMMER',
    make: (r) => {
      const id = checked(() => `${digits(r, 2)}${month(r)}${day(r)}${digits(r, 3)}`, luhnDigit)
      return `${id.slice(0, 6)}-${id.slice(6)}`
    },
    spoil: spoilLast,
  },
  myNumber: {
    type: 'JP_MY_NUMBER',
    make: (r) =>
      checked(
        () => digits(r, 11, 9),
        (body) => {
          const left = sum(body, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
          return left < 2 ? 0 : 11 - left
        },
      ),
    spoil: spoilLast,
  },
  residentId: {
    type: 'CN_RESIDENT_ID',
    make: (r) => {
      const body = `${r.pick(['110101', '310115', '440305'])}${1950 + r.int(55)}${month(r)}${day(r)}${digits(r, 3)}`
      return body + '10X98765432'[sum(body, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11]
    },
    spoil: (id) => id.slice(0, -1) + (id.endsWith('X') ? '1' : nextDigit(id.slice(-1))),
  },
  brn: {
    type: 'KR_BRN',
    make: (r) => {
      const id = checked(
        () => `${digits(r, 3, 8)}${two(1 + r.int(80))}${digits(r, 4)}`,
        (body) =>
          (10 - ((sum(body, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((5 * Number(body[8])) / 10)) % 10)) %
          10,
      )
      return `${id.slice(0, 3)}-${id.slice(3, 5)}-${id.slice(5)}`
    },
    spoil: spoilLast,
  },
  tcKimlik: {
    type: 'TR_NATIONAL_ID',
    make: (r) => {
      const body = digits(r, 9, 9)
      const tenth = (sum(body, [7, -1, 7, -1, 7, -1, 7, -1, 7]) + 100) % 10
      return `${body}${tenth}${(sum(body, [1, 1, 1, 1, 1, 1, 1, 1, 1]) + tenth) % 10}`
    },
    spoil: spoilLast,
  },
  inn: {
    type: 'RU_INN',
    make: (r) => {
      const ten = checked(
        () => digits(r, 10, 9),
        (body) => (sum(body, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10,
      )
      return ten + String((sum(ten, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10)
    },
    spoil: spoilLast,
  },
  sin: {
    type: 'CA_SIN',
    make: (r) => checked(() => `${r.pick(['1', '4', '5', '7'])}${digits(r, 7)}`, luhnDigit),
    spoil: spoilLast,
  },
  tfn: {
    type: 'AU_TFN',
    make: (r) =>
      checked(
        () => digits(r, 8, 9),
        // The last weight is 10, which is −1 to 11.
        (body) => sum(body, [1, 4, 3, 7, 5, 8, 6, 9]) % 11,
      ),
    spoil: spoilLast,
  },
} as const satisfies Record<string, IdMaker>
