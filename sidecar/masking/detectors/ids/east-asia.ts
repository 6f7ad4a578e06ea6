import { digitAt, valueAt, weighted } from '../checksums.ts'
import { isLongYmd, isYmd } from '../dates.ts'
import type { IdRule } from './rule.ts'

function isResident(id: string): boolean {
  const rest = weighted(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11
  return isLongYmd(id, 6) && id[17] === '10X98765432'[rest]
}

const usccAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

function isUscc(id: string): boolean {
  let total = 0
  for (let index = 0, weight = 1; index < 17; index += 1, weight = (weight * 3) % 31)
    total += usccAlphabet.indexOf(id.charAt(index)) * weight
  return id[17] === usccAlphabet[(31 - (total % 31)) % 31]
}

/** A blank in front of a single letter counts 36. */
function isHongKong(id: string): boolean {
  const letters = id.replace(/[\dA]$/, '').replace(/\d/g, '').length
  let sum = letters === 1 ? 36 * 9 : 0
  for (let index = 0; index < id.length - 1; index += 1)
    sum += valueAt(id, index) * (8 - index + (letters === 2 ? 1 : 0))
  const check = (11 - (sum % 11)) % 11
  return id.at(-1) === (check === 10 ? 'A' : String(check))
}

const taiwanLetters = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'

function isTaiwan(id: string): boolean {
  const value = taiwanLetters.indexOf(id.charAt(0)) + 10
  const start = Math.floor(value / 10) + 9 * (value % 10)
  const second = /[A-D]/.test(id.charAt(1)) ? valueAt(id, 1) % 10 : digitAt(id, 1)
  return (start + second * 8 + weighted(id, [7, 6, 5, 4, 3, 2, 1, 1], 2)) % 10 === 0
}

function isMyNumber(id: string): boolean {
  const rest = weighted(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return (rest <= 1 ? 0 : 11 - rest) === digitAt(id, 11)
}

function isKoreanBusiness(id: string): boolean {
  const sum = weighted(id, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((5 * digitAt(id, 8)) / 10)
  const isOffice = Number(id.slice(0, 3)) >= 101 && id.slice(3, 5) !== '00'
  return isOffice && (10 - (sum % 10)) % 10 === digitAt(id, 9)
}

export const eastAsianIds: readonly IdRule[] = [
  {
    type: 'CN_RESIDENT_ID',
    kind: 'personal',
    country: 'CN',
    class: 'strong',
    shape: /^[1-9]\d{16}[\dX]$/,
    lengths: [18],
    layouts: ['6 8 4', '6-8-4'],
    isValid: isResident,
  },
  {
    type: 'CN_USCC',
    kind: 'company',
    country: 'CN',
    class: 'context',
    shape: /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/,
    lengths: [18],
    isValid: isUscc,
  },
  {
    type: 'HK_ID',
    kind: 'personal',
    country: 'HK',
    class: 'formatted',
    shape: /^[A-Z]{1,2}\d{6}[\dA]$/,
    lengths: [8, 9],
    layouts: ['7(1', '8(1'],
    looseLayouts: ['7-1', '8-1', '1 6(1', '2 6(1'],
    isValid: isHongKong,
  },
  {
    type: 'TW_ID',
    kind: 'personal',
    country: 'TW',
    class: 'strong',
    shape: /^[A-Z][1289A-D]\d{8}$/,
    lengths: [10],
    isValid: isTaiwan,
  },
  {
    type: 'JP_MY_NUMBER',
    kind: 'personal',
    country: 'JP',
    class: 'context',
    shape: /^\d{12}$/,
    lengths: [12],
    layouts: ['4~4~4'],
    isValid: isMyNumber,
  },
  {
    type: 'KR_RRN',
    kind: 'personal',
    country: 'KR',
    class: 'formatted',
    shape: /^\d{6}[1-4]\d{6}$/,
    lengths: [13],
    layouts: ['6-7'],
    isValid: (id) => isYmd(id),
  },
  {
    type: 'KR_FRN',
    kind: 'personal',
    country: 'KR',
    class: 'formatted',
    shape: /^\d{6}[5-8]\d{6}$/,
    lengths: [13],
    layouts: ['6-7'],
    isValid: (id) => isYmd(id),
  },
  {
    type: 'KR_BRN',
    kind: 'company',
    country: 'KR',
    class: 'formatted',
    shape: /^\d{10}$/,
    lengths: [10],
    layouts: ['3-2-5'],
    isValid: isKoreanBusiness,
  },
]
