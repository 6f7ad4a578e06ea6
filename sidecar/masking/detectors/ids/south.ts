import { digitAt, isLuhn, isOneDigitRepeated, weighted } from '../checksums.ts'
import { isYmd } from '../dates.ts'
import type { IdRule } from './rule.ts'

function isAbn(id: string): boolean {
  return (weighted(id, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0
}

function isIrd(id: string): boolean {
  const number = Number(id)
  if (number < 10_000_000 || number > 150_000_000) return false
  const full = id.padStart(9, '0')
  const check = (weights: readonly number[]) => (11 - (weighted(full, weights) % 11)) % 11
  const first = check([3, 2, 7, 6, 5, 4, 3, 2])
  return (first === 10 ? check([7, 4, 3, 2, 5, 2, 7, 6]) : first) === digitAt(full, 8)
}

/** The Near East, Africa and Oceania. */
export const southernIds: readonly IdRule[] = [
  {
    type: 'IL_ID',
    kind: 'personal',
    country: 'IL',
    class: 'context',
    shape: /^\d{9}$/,
    lengths: [9],
    layouts: ['8-1', '1-7-1'],
    isValid: (id) => isLuhn(id) && !isOneDigitRepeated(id),
  },
  {
    type: 'ZA_ID_NUMBER',
    kind: 'personal',
    country: 'ZA',
    class: 'context',
    shape: /^\d{10}[01]\d\d$/,
    lengths: [13],
    layouts: ['6 4 3', '6 4 2 1', '6 4 1 1 1'],
    isValid: (id) => isYmd(id) && isLuhn(id),
  },
  {
    type: 'AU_TFN',
    kind: 'tax',
    country: 'AU',
    class: 'context',
    shape: /^\d{9}$/,
    lengths: [9],
    layouts: ['3~3~3'],
    isValid: (id) => weighted(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !isOneDigitRepeated(id),
  },
  {
    type: 'AU_ABN',
    kind: 'company',
    country: 'AU',
    class: 'formatted',
    shape: /^[1-9]\d{10}$/,
    lengths: [11],
    layouts: ['2~3~3~3'],
    isValid: isAbn,
  },
  {
    type: 'AU_ACN',
    kind: 'company',
    country: 'AU',
    class: 'formatted',
    shape: /^\d{9}$/,
    lengths: [9],
    layouts: ['3 3 3'],
    isValid: (id) =>
      (10 - (weighted(id, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digitAt(id, 8) && !isOneDigitRepeated(id),
  },
  {
    type: 'AU_MEDICARE',
    kind: 'health',
    country: 'AU',
    class: 'formatted',
    shape: /^[2-6]\d{9}\d?$/,
    lengths: [10, 11],
    layouts: ['4~5~1', '4~5~1~1', '4~5~1/1', '4 5 1-1'],
    isValid: (id) => weighted(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(id, 8),
  },
  {
    type: 'NZ_IRD',
    kind: 'tax',
    country: 'NZ',
    class: 'context',
    shape: /^\d{8,9}$/,
    lengths: [8, 9],
    layouts: ['2~3~3', '3~3~3'],
    isValid: isIrd,
  },
]
