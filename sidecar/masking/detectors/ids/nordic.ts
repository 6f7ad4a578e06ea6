import { isLuhn, weighted } from '../checksums.ts'
import { isDay, isDmy, isFuture } from '../dates.ts'
import type { IdRule } from './rule.ts'

/** Coordination numbers have 60 added to the day. */
function isPersonnummer(id: string): boolean {
  const ten = id.slice(-10)
  const day = Number(ten.slice(4, 6))
  const isCentury = id.length === 10 || /^(?:18|19|20)/.test(id)
  return isCentury && isDay(Number(ten.slice(2, 4)), day > 60 ? day - 60 : day) && isLuhn(ten)
}

function isFnr(id: string): boolean {
  // D numbers have 40 added to the day, synthetic ones 40, 65 or 80 to the month.
  const day = Number(id.slice(0, 2)) % 40
  const month = Number(id.slice(2, 4))
  const isDate = [0, 40, 65, 80].some((added) => isDay(month - added, day))
  const first = weighted(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11
  return isDate && first === 0 && weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
}

/** The seventh digit and the year tell the century. */
function isCpr(id: string): boolean {
  const year = Number(id.slice(4, 6))
  const seventh = Number(id[6])
  const isThisCentury =
    (seventh >= 5 && seventh <= 8 && year <= 57) || ((seventh === 4 || seventh === 9) && year <= 36)
  return isDmy(id) && !(isThisCentury && isFuture(2000 + year))
}

function isHetu(id: string): boolean {
  const digits = Number(id.slice(0, 6) + id.slice(-4, -1))
  return isDmy(id) && id.at(-1) === '0123456789ABCDEFHJKLMNPRSTUVWXY'[digits % 31]
}

const hetuEnd = '\\d{3}[0-9A-FHJ-NPR-Y]$'

export const nordicIds: readonly IdRule[] = [
  {
    type: 'SE_PERSONNUMMER',
    kind: 'personal',
    country: 'SE',
    class: 'formatted',
    shape: /^\d{10}(?:\d\d)?$/,
    lengths: [10, 12],
    layouts: ['6-4', '6+4', '8-4', '8+4'],
    looseLayouts: ['6 4', '8 4'],
    isValid: isPersonnummer,
  },
  {
    type: 'SE_ORGNR',
    kind: 'company',
    country: 'SE',
    class: 'formatted',
    shape: /^(?:16)?\d\d[2-9]\d{7}$/,
    lengths: [10, 12],
    layouts: ['6-4', '8-4'],
    looseLayouts: ['6 4'],
    isValid: (id) => isLuhn(id.slice(-10)),
  },
  {
    type: 'NO_FNR',
    kind: 'personal',
    country: 'NO',
    class: 'context',
    shape: /^\d{11}$/,
    lengths: [11],
    layouts: ['6~5'],
    isValid: isFnr,
  },
  {
    type: 'NO_ORGNR',
    kind: 'company',
    country: 'NO',
    class: 'context',
    shape: /^[89]\d{8}$/,
    lengths: [9],
    layouts: ['3~3~3'],
    isValid: (id) => weighted(id, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  },
  {
    type: 'DK_CPR',
    kind: 'personal',
    country: 'DK',
    class: 'formatted',
    shape: /^[0-3]\d[01]\d{7}$/,
    lengths: [10],
    layouts: ['6-4'],
    looseLayouts: ['6 4'],
    isValid: isCpr,
  },
  {
    // The sign of the century is a hyphen or a plus for the last two, and then no part of the compact form.
    type: 'FI_HETU',
    kind: 'personal',
    country: 'FI',
    class: 'formatted',
    shape: new RegExp(`^\\d{6}${hetuEnd}`),
    lengths: [10],
    layouts: ['6-4', '6+4'],
    isValid: isHetu,
  },
  {
    type: 'FI_HETU',
    kind: 'personal',
    country: 'FI',
    class: 'strong',
    shape: new RegExp(`^\\d{6}[A-FU-Y]${hetuEnd}`),
    lengths: [11],
    isValid: isHetu,
  },
]
