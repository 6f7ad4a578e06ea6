import { digitAt, digitSums, isEan13, isMod11And10, valueAt, weighted } from '../checksums.ts'
import type { IdRule } from './rule.ts'

/** Of the first ten digits exactly one stands twice or thrice. */
function isTaxId(id: string): boolean {
  const counts = new Map<string, number>()
  for (const digit of id.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  const repeated = [...counts.values()].filter((count) => count > 1)
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && isMod11And10(id)
}

const letterAsDigits = (letter: string) => String(letter.charCodeAt(0) - 64).padStart(2, '0')

function isRvnr(id: string): boolean {
  const digits = id.slice(0, 8) + letterAsDigits(id.charAt(8)) + id.slice(9)
  const day = Number(id.slice(2, 4)) % 50
  const month = Number(id.slice(4, 6))
  const sum = digitSums(digits, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
  return day <= 31 && month <= 12 && sum % 10 === digitAt(digits, 12)
}

function isKvnr(id: string): boolean {
  const digits = letterAsDigits(id.charAt(0)) + id.slice(1)
  return digitSums(digits, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) % 10 === digitAt(digits, 10)
}

/** Serial of nine; a tenth character is the check digit of the machine-readable line. */
function isDocument(id: string): boolean {
  if (!/\d/.test(id)) return false
  if (id.length === 9) return true
  let sum = 0
  for (let index = 0; index < 9; index += 1) sum += valueAt(id, index) * ([7, 3, 1][index % 3] ?? 0)
  return sum % 10 === digitAt(id, 9)
}

export const germanIds: readonly IdRule[] = [
  {
    type: 'DE_TAX_ID',
    kind: 'tax',
    country: 'DE',
    class: 'formatted',
    shape: /^[1-9]\d{10}$/,
    lengths: [11],
    layouts: ['2~3~3~3'],
    isValid: isTaxId,
  },
  {
    type: 'DE_VAT_ID',
    kind: 'company',
    country: 'DE',
    class: 'strong',
    shape: /^DE[1-9]\d{8}$/,
    lengths: [11],
    layouts: ['2 9', '2 3 3 3', '5 3 3', '2-9'],
    isValid: (id) => isMod11And10(id.slice(2)),
  },
  {
    type: 'DE_RVNR',
    kind: 'personal',
    country: 'DE',
    class: 'strong',
    shape: /^\d{8}[A-Z]\d{3}$/,
    lengths: [12],
    layouts: ['2~6~1~3', '8~1~3', '2~6~1~2~1'],
    isValid: isRvnr,
  },
  {
    type: 'DE_KVNR',
    kind: 'health',
    country: 'DE',
    class: 'formatted',
    shape: /^[A-Z]\d{9}$/,
    lengths: [10],
    layouts: ['10'],
    isValid: isKvnr,
  },
  {
    type: 'DE_ID_CARD',
    kind: 'personal',
    country: 'DE',
    class: 'context',
    shape: /^[LMNPRTVWXY][0-9CFGHJKLMNPRTVWXYZ]{8}\d?$/,
    lengths: [9, 10],
    isValid: isDocument,
  },
  {
    type: 'DE_PASSPORT',
    kind: 'personal',
    country: 'DE',
    class: 'context',
    shape: /^[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}\d?$/,
    lengths: [9, 10],
    isValid: isDocument,
  },
  {
    type: 'DE_BSNR',
    kind: 'health',
    country: 'DE',
    class: 'context',
    shape: /^\d{9}$/,
    lengths: [9],
  },
  {
    type: 'AT_SVNR',
    kind: 'personal',
    country: 'AT',
    class: 'context',
    shape: /^[1-9]\d{3}(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-5])\d\d$/,
    lengths: [10],
    layouts: ['4~6'],
    isValid: (id) => weighted(id, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === digitAt(id, 3),
  },
  {
    type: 'CH_AHV',
    kind: 'personal',
    country: 'CH',
    class: 'strong',
    shape: /^756\d{10}$/,
    lengths: [13],
    layouts: ['3.4.4.2', '3 4 4 2'],
    isValid: isEan13,
  },
]
