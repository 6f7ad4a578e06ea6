import { digitAt, isMod11And10, weighted } from '../checksums.ts'
import { isDay, isShifted, isYmd } from '../dates.ts'
import type { IdRule } from './rule.ts'

const monthOf = (id: string, from: number) => Number(id.slice(from, from + 2))

/** Centuries are told by what is added to the month. */
const isShiftedYmd = (id: string, added: readonly number[]) =>
  isShifted(
    monthOf(id, 2),
    monthOf(id, 4),
    added.map((ofMonth) => [ofMonth, 0]),
  )

function isPesel(id: string): boolean {
  const rest = weighted(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10
  return isShiftedYmd(id, [0, 20, 40, 60, 80]) && (10 - rest) % 10 === digitAt(id, 10)
}

function isRodneCislo(id: string): boolean {
  if (!isShiftedYmd(id, [0, 20, 50, 70])) return false
  return id.length === 9 || (Number(id.slice(0, 9)) % 11) % 10 === digitAt(id, 9)
}

function isBaltic(id: string): boolean {
  if (!isYmd(id, 1)) return false
  const first = weighted(id, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  const second = weighted(id, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11
  return (first === 10 ? second % 10 : first) === digitAt(id, 10)
}

function isCnp(id: string): boolean {
  const rest = weighted(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
  return isYmd(id, 1) && (rest === 10 ? 1 : rest) === digitAt(id, 12)
}

function isEgn(id: string): boolean {
  const rest = weighted(id, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11
  return isShiftedYmd(id, [0, 20, 40]) && rest % 10 === digitAt(id, 9)
}

function isEmso(id: string): boolean {
  const rest = weighted(id, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return isDay(monthOf(id, 2), monthOf(id, 0)) && ((11 - rest) % 11) % 10 === digitAt(id, 12)
}

function isInn(id: string): boolean {
  const isCheck = (weights: readonly number[], place: number) =>
    (weighted(id, weights) % 11) % 10 === digitAt(id, place)
  if (id.length === 10) return isCheck([2, 4, 10, 3, 5, 9, 4, 6, 8], 9)
  return isCheck([7, 2, 4, 10, 3, 5, 9, 4, 6, 8], 10) && isCheck([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8], 11)
}

function isRntrc(id: string): boolean {
  const sum = weighted(id, [-1, 5, 7, 9, 4, 6, 10, 5, 7])
  return (((sum % 11) + 11) % 11) % 10 === digitAt(id, 9)
}

function isTurkish(id: string): boolean {
  const odd = weighted(id, [1, 0, 1, 0, 1, 0, 1, 0, 1])
  const even = weighted(id, [0, 1, 0, 1, 0, 1, 0, 1])
  const tenth = (((7 * odd - even) % 10) + 10) % 10
  return tenth === digitAt(id, 9) && (odd + even + tenth) % 10 === digitAt(id, 10)
}

export const easternIds: readonly IdRule[] = [
  {
    type: 'PL_PESEL',
    kind: 'personal',
    country: 'PL',
    class: 'context',
    shape: /^\d{11}$/,
    lengths: [11],
    isValid: isPesel,
  },
  {
    type: 'PL_NIP',
    kind: 'tax',
    country: 'PL',
    class: 'context',
    shape: /^\d{10}$/,
    lengths: [10],
    layouts: ['3-3-2-2', '3-2-2-3', '3 3 2 2', '3 2 2 3'],
    isValid: (id) => weighted(id, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digitAt(id, 9),
  },
  {
    type: 'CZ_RC',
    kind: 'personal',
    country: 'CZ',
    class: 'formatted',
    shape: /^\d{9,10}$/,
    lengths: [9, 10],
    layouts: ['6/3', '6/4'],
    looseLayouts: ['6 4', '6 3', '6-4'],
    isValid: isRodneCislo,
  },
  {
    type: 'EE_IK',
    kind: 'personal',
    country: 'EE',
    class: 'context',
    shape: /^[1-8]\d{10}$/,
    lengths: [11],
    isValid: isBaltic,
  },
  {
    type: 'LT_AK',
    kind: 'personal',
    country: 'LT',
    class: 'context',
    shape: /^[3-6]\d{10}$/,
    lengths: [11],
    isValid: isBaltic,
  },
  {
    type: 'RO_CNP',
    kind: 'personal',
    country: 'RO',
    class: 'context',
    shape: /^[1-9]\d{12}$/,
    lengths: [13],
    isValid: isCnp,
  },
  {
    type: 'BG_EGN',
    kind: 'personal',
    country: 'BG',
    class: 'context',
    shape: /^\d{10}$/,
    lengths: [10],
    isValid: isEgn,
  },
  {
    type: 'HR_OIB',
    kind: 'personal',
    country: 'HR',
    class: 'context',
    shape: /^\d{11}$/,
    lengths: [11],
    isValid: isMod11And10,
  },
  {
    type: 'SI_EMSO',
    kind: 'personal',
    country: 'SI',
    class: 'context',
    shape: /^[0-3]\d[01]\d[09]\d{8}$/,
    lengths: [13],
    isValid: isEmso,
  },
  {
    type: 'RU_INN',
    kind: 'tax',
    country: 'RU',
    class: 'context',
    shape: /^\d{10}(?:\d\d)?$/,
    lengths: [10, 12],
    isValid: isInn,
  },
  {
    type: 'UA_RNTRC',
    kind: 'tax',
    country: 'UA',
    class: 'context',
    shape: /^\d{10}$/,
    lengths: [10],
    isValid: isRntrc,
  },
  {
    type: 'TR_NATIONAL_ID',
    kind: 'personal',
    country: 'TR',
    class: 'context',
    shape: /^[1-9]\d{10}$/,
    lengths: [11],
    layouts: ['3 3 3 2', '3 3 2 3'],
    isValid: isTurkish,
  },
  {
    // Province, letters, number; what may be a unit or a month needs a word.
    type: 'VEHICLE_PLATE',
    kind: 'vehicle',
    country: 'TR',
    class: 'formatted',
    shape: /^(?:0[1-9]|[1-7]\d|8[01])(?:[A-Z]\d{4}|(?![AP]M|[KMGTP]B|[CKM]M|KG|CL|ML|HP|HZ)[A-Z]{2}\d{3,4})$/,
    lengths: [7, 8],
    layouts: ['2 1 4', '2 2 3', '2 2 4'],
  },
]
