import { digitAt, isLuhn, valueAt, weighted } from '../checksums.ts'
import { isDmy, isYmd } from '../dates.ts'
import type { IdRule } from './rule.ts'

function isNir(nir: string): boolean {
  const department = nir.slice(5, 7)
  const digits = nir.replace('2A', '19').replace('2B', '18')
  if (!/^\d{15}$/.test(digits) || (department !== '2A' && department !== '2B' && digits !== nir)) return false
  return 97 - (Number(digits.slice(0, 13)) % 97) === Number(digits.slice(13))
}

const isTva = (tva: string) =>
  isLuhn(tva.slice(4)) && (Number(tva.slice(4)) * 100 + 12) % 97 === Number(tva.slice(2, 4))

const nifLetter = (digits: string) => 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23]

function isCif(cif: string): boolean {
  let sum = 0
  for (let index = 1; index < 8; index += 1) {
    const digit = digitAt(cif, index)
    sum += index % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  const check = (10 - (sum % 10)) % 10
  return cif[8] === String(check) || cif[8] === 'JABCDEFGHI'[check]
}

const oddValues = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]

function isFiscalCode(code: string): boolean {
  let sum = 0
  for (let index = 0; index < 15; index += 1) {
    const value = valueAt(code, index)
    const place = value > 9 ? value - 10 : value
    sum += index % 2 === 0 ? (oddValues[place] ?? 0) : place
  }
  return code.charCodeAt(15) - 65 === sum % 26
}

function isItalianVat(vat: string): boolean {
  const office = Number(vat.slice(7, 10))
  const isOffice = (office >= 1 && office <= 100) || [120, 121, 888, 999].includes(office)
  return isOffice && isLuhn(vat) && Number(vat.slice(0, 7)) > 0
}

function isPortugueseNif(nif: string): boolean {
  const rest = weighted(nif, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
  return digitAt(nif, 8) === (rest < 2 ? 0 : 11 - rest)
}

function isBsn(bsn: string): boolean {
  const full = bsn.padStart(9, '0')
  return Number(full) > 0 && weighted(full, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0
}

function isBelgian(id: string): boolean {
  const serial = Number(id.slice(0, 9))
  const check = Number(id.slice(9))
  const month = Number(id.slice(2, 4)) % 20
  const isDate = month === 0 || isYmd(id.slice(0, 2) + String(month).padStart(2, '0') + id.slice(4, 6))
  return isDate && (97 - (serial % 97) === check || 97 - ((serial + 2_000_000_000) % 97) === check)
}

const fiscalDigit = '[0-9LMNP-V]'
const fiscalCode = new RegExp(
  `^[A-Z]{6}${fiscalDigit}{2}[ABCDEHLMPRST]${fiscalDigit}{2}[A-Z]${fiscalDigit}{3}[A-Z]$`,
)

export const southWesternIds: readonly IdRule[] = [
  {
    type: 'FR_NIR',
    kind: 'personal',
    country: 'FR',
    class: 'strong',
    shape: /^[12]\d\d(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d\d|2[AB])\d{8}$/,
    lengths: [15],
    layouts: ['1~2~2~2~3~3~2', '13~2'],
    isValid: isNir,
    // What is not a month stands for an unknown one, and for many a number that is none of these.
    isValidAlone: (nir) => /^\d{3}(?:0[1-9]|1[0-2])/.test(nir),
  },
  {
    type: 'FR_SIRET',
    kind: 'company',
    country: 'FR',
    class: 'context',
    shape: /^\d{14}$/,
    lengths: [14],
    layouts: ['3~3~3~5', '9~5'],
    isValid: (siret) => isLuhn(siret) && isLuhn(siret.slice(0, 9)),
  },
  {
    type: 'FR_TVA',
    kind: 'company',
    country: 'FR',
    class: 'strong',
    shape: /^FR\d{11}$/,
    lengths: [13],
    layouts: ['2 2 9', '4 9', '2 11', '4 3 3 3', '2 2 3 3 3'],
    isValid: isTva,
  },
  {
    type: 'ES_NIF',
    kind: 'personal',
    country: 'ES',
    class: 'strong',
    shape: /^\d{8}[A-HJ-NP-TV-Z]$/,
    lengths: [9],
    layouts: ['8~1', '2.3.3~1'],
    isValid: (nif) => nif[8] === nifLetter(nif.slice(0, 8)),
  },
  {
    type: 'ES_NIE',
    kind: 'personal',
    country: 'ES',
    class: 'strong',
    shape: /^[XYZ]\d{7}[A-HJ-NP-TV-Z]$/,
    lengths: [9],
    layouts: ['1~7~1', '8~1'],
    isValid: (nie) => nie[8] === nifLetter(`${'XYZ'.indexOf(nie.charAt(0))}${nie.slice(1, 8)}`),
  },
  {
    type: 'ES_CIF',
    kind: 'company',
    country: 'ES',
    class: 'formatted',
    shape: /^[A-HJNP-SUVW]\d{7}[0-9A-J]$/,
    lengths: [9],
    layouts: ['9', '1~8', '1~7~1'],
    isValid: isCif,
  },
  {
    type: 'IT_FISCAL_CODE',
    kind: 'tax',
    country: 'IT',
    class: 'strong',
    shape: fiscalCode,
    lengths: [16],
    layouts: ['3 3 5 5', '6 5 5', '3 3 5 4 1', '6 5 4 1'],
    isValid: isFiscalCode,
  },
  {
    type: 'IT_VAT_CODE',
    kind: 'company',
    country: 'IT',
    class: 'formatted',
    shape: /^\d{11}$/,
    lengths: [11],
    layouts: ['8_3'],
    isValid: isItalianVat,
  },
  {
    type: 'PT_NIF',
    kind: 'tax',
    country: 'PT',
    class: 'context',
    shape: /^[1-9]\d{8}$/,
    lengths: [9],
    layouts: ['3~3~3'],
    isValid: isPortugueseNif,
  },
  {
    type: 'NL_BSN',
    kind: 'personal',
    country: 'NL',
    class: 'context',
    shape: /^\d{8,9}$/,
    lengths: [8, 9],
    layouts: ['4.2.3', '3~3~3', '4~2~3'],
    isValid: isBsn,
  },
  {
    type: 'BE_NN',
    kind: 'personal',
    country: 'BE',
    class: 'formatted',
    shape: /^\d{11}$/,
    lengths: [11],
    layouts: ['2.2.2-3.2', '2.2.2-3-2'],
    isValid: isBelgian,
  },
  {
    type: 'GR_AMKA',
    kind: 'personal',
    country: 'GR',
    class: 'context',
    shape: /^\d{11}$/,
    lengths: [11],
    layouts: ['6~5'],
    isValid: (amka) => isDmy(amka) && isLuhn(amka),
  },
]
