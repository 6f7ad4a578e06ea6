import { digitAt, weighted } from '../checksums.ts'
import type { IdRule } from './rule.ts'

function isNhs(nhs: string): boolean {
  const check = 11 - (weighted(nhs, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return (check === 11 ? 0 : check) === digitAt(nhs, 9)
}

const isUtr = (utr: string) => utr[0] === '21987654321'[weighted(utr, [6, 7, 8, 9, 10, 5, 4, 3, 2], 1) % 11]

function isPps(pps: string): boolean {
  const alphabet = 'WABCDEFGHIJKLMNOPQRSTUV'
  const second = /[ABH]$/.test(pps.slice(8)) ? alphabet.indexOf(pps.charAt(8)) : 0
  return alphabet[(weighted(pps, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23] === pps[7]
}

const drivingLicence =
  /^(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}99|[A-Z]{2}999|[A-Z]9999)\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9][A-Z]{2}$/

export const britishIds: readonly IdRule[] = [
  {
    type: 'UK_NHS',
    kind: 'health',
    country: 'UK',
    class: 'formatted',
    shape: /^\d{10}$/,
    lengths: [10],
    layouts: ['3~3~4'],
    isValid: isNhs,
  },
  {
    type: 'UK_NINO',
    kind: 'personal',
    country: 'UK',
    class: 'strong',
    shape: /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    lengths: [9],
    layouts: ['2~2~2~2~1', '2~6~1', '8~1'],
  },
  {
    type: 'UK_UTR',
    kind: 'tax',
    country: 'UK',
    class: 'context',
    shape: /^\d{10}$/,
    lengths: [10],
    layouts: ['5~5'],
    isValid: isUtr,
  },
  {
    type: 'UK_DRIVING_LICENCE',
    kind: 'vehicle',
    country: 'UK',
    class: 'strong',
    shape: drivingLicence,
    lengths: [16],
    layouts: ['5~6~5', '5~6~3~2', '5~6~2~1~2'],
  },
  {
    type: 'IE_PPS',
    kind: 'personal',
    country: 'IE',
    class: 'formatted',
    shape: /^\d{7}[A-W][A-ITWX]?$/,
    lengths: [8, 9],
    layouts: ['8', '9', '7~1', '7~2'],
    isValid: isPps,
  },
  {
    // Two letters, the half-year (02–29 or 51–79), three letters.
    type: 'UK_VEHICLE_REG',
    kind: 'vehicle',
    country: 'UK',
    class: 'formatted',
    shape: /^[A-HK-PR-Y][A-HJ-PR-Y](?:0[2-9]|[12]\d|5[1-9]|[67]\d)[A-HJ-PR-Z]{3}$/,
    lengths: [7],
    layouts: ['4~3'],
  },
]
