import { digitAt, isLuhn, isOneDigitRepeated, weighted, weightedFromRight } from '../checksums.ts'
import { isYmd } from '../dates.ts'
import type { IdRule } from './rule.ts'

/** Printed in advertisements and manuals, so nobody's. */
const sampleSsns = new Set(['078051120', '219099999', '457555462', '123456789'])
const unusedEinPrefixes = new Set('00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97'.split(' '))

/** 0 for a remainder below 2, else 11 less it. */
const complement = (sum: number) => (sum % 11 < 2 ? 0 : 11 - (sum % 11))

function isCpf(cpf: string): boolean {
  const first = ((10 * weighted(cpf, [10, 9, 8, 7, 6, 5, 4, 3, 2])) % 11) % 10
  const second = ((10 * weighted(cpf, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) % 11) % 10
  return first === digitAt(cpf, 9) && second === digitAt(cpf, 10) && !isOneDigitRepeated(cpf)
}

/** Letters, in use from 2026, count as their character code less 48. */
function isCnpj(cnpj: string): boolean {
  const weights = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
  return (
    complement(weighted(cnpj, weights)) === digitAt(cnpj, 12) &&
    complement(weighted(cnpj, [6, ...weights])) === digitAt(cnpj, 13) &&
    !isOneDigitRepeated(cnpj)
  )
}

function isCuit(cuit: string): boolean {
  const rest = weighted(cuit, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return digitAt(cuit, 10) === (rest === 0 ? 0 : rest === 1 ? 9 : 11 - rest)
}

function isRut(rut: string): boolean {
  const check = 11 - (weightedFromRight(rut.slice(0, -1), [2, 3, 4, 5, 6, 7]) % 11)
  return rut.at(-1) === (check === 11 ? '0' : check === 10 ? 'K' : String(check))
}

function isNit(nit: string): boolean {
  const sum = weightedFromRight(nit.slice(0, -1), [3, 7, 13, 17, 19, 23, 29, 37, 41])
  return nit.at(-1) === '01987654321'[sum % 11]
}

const curpAlphabet = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ'

function isCurp(curp: string): boolean {
  let sum = 0
  for (let index = 0; index < 17; index += 1) sum += curpAlphabet.indexOf(curp.charAt(index)) * (18 - index)
  return isYmd(curp, 4) && (10 - (sum % 10)) % 10 === digitAt(curp, 17)
}

function isDea(dea: string): boolean {
  const odd = weighted(dea, [1, 0, 1, 0, 1], 2)
  const even = weighted(dea, [0, 1, 0, 1, 0, 1], 2)
  return (odd + 2 * even) % 10 === digitAt(dea, 8)
}

export const americanIds: readonly IdRule[] = [
  {
    type: 'US_SSN',
    kind: 'personal',
    country: 'US',
    class: 'formatted',
    shape: /^(?!000|666|9)\d{3}(?!00)\d\d(?!0000)\d{4}$/,
    lengths: [9],
    layouts: ['3-2-4'],
    looseLayouts: ['3 2 4', '3.2.4'],
    isValid: (ssn) => !sampleSsns.has(ssn),
  },
  {
    type: 'US_ITIN',
    kind: 'tax',
    country: 'US',
    class: 'formatted',
    shape: /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/,
    lengths: [9],
    layouts: ['3-2-4'],
    looseLayouts: ['3 2 4'],
  },
  {
    type: 'US_EIN',
    kind: 'company',
    country: 'US',
    class: 'context',
    shape: /^\d{9}$/,
    lengths: [9],
    layouts: ['2-7'],
    isValid: (ein) => !unusedEinPrefixes.has(ein.slice(0, 2)),
  },
  {
    type: 'US_NPI',
    kind: 'health',
    country: 'US',
    class: 'formatted',
    shape: /^[12]\d{9}$/,
    lengths: [10],
    layouts: ['4~3~3'],
    isValid: (npi) => isLuhn(`80840${npi}`),
  },
  {
    type: 'US_MBI',
    kind: 'health',
    country: 'US',
    class: 'strong',
    shape:
      /^[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y]{2}\d\d$/,
    lengths: [11],
    layouts: ['4-3-4'],
  },
  {
    type: 'US_DEA',
    kind: 'health',
    country: 'US',
    class: 'formatted',
    shape: /^[A-HJ-MPRSTUX][A-Z9]\d{7}$/,
    lengths: [9],
    layouts: ['9'],
    isValid: isDea,
  },
  {
    type: 'ABA_ROUTING_NUMBER',
    kind: 'bank',
    country: 'US',
    class: 'formatted',
    shape: /^\d{9}$/,
    lengths: [9],
    layouts: ['4-4-1'],
    isValid: (aba) => weighted(aba, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 && aba !== '000000000',
    isValidAlone: (aba) => /^(?:0[1-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(aba),
  },
  {
    type: 'CA_SIN',
    kind: 'personal',
    country: 'CA',
    class: 'formatted',
    shape: /^[1-79]\d{8}$/,
    lengths: [9],
    layouts: ['3~3~3'],
    isValid: (sin) => isLuhn(sin) && !isOneDigitRepeated(sin),
  },
  {
    type: 'MX_CURP',
    kind: 'personal',
    country: 'MX',
    class: 'strong',
    shape: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z\d]\d$/,
    lengths: [18],
    isValid: isCurp,
  },
  {
    type: 'MX_RFC',
    kind: 'tax',
    country: 'MX',
    class: 'context',
    shape: /^[A-Z]{3,4}\d{6}[A-Z\d]{3}$/,
    lengths: [12, 13],
    layouts: ['4-6-3', '3-6-3', '4 6 3', '3 6 3'],
    isValid: (rfc) => isYmd(rfc, rfc.length - 9),
  },
  {
    type: 'BR_CPF',
    kind: 'personal',
    country: 'BR',
    class: 'formatted',
    shape: /^\d{11}$/,
    lengths: [11],
    layouts: ['3.3.3-2'],
    looseLayouts: ['9-2', '3 3 3 2'],
    isValid: isCpf,
  },
  {
    type: 'BR_CNPJ',
    kind: 'company',
    country: 'BR',
    class: 'formatted',
    shape: /^[A-Z\d]{12}\d\d$/,
    lengths: [14],
    layouts: ['2.3.3/4-2'],
    looseLayouts: ['12-2', '8/4-2'],
    isValid: isCnpj,
    isValidAlone: (cnpj) => /^\d/.test(cnpj) || /\d{3}/.test(cnpj),
  },
  {
    type: 'AR_CUIT',
    kind: 'tax',
    country: 'AR',
    class: 'formatted',
    shape: /^(?:2[0347]|3[034]|5[015])\d{9}$/,
    lengths: [11],
    layouts: ['2-8-1'],
    isValid: isCuit,
  },
  {
    type: 'CL_RUT',
    kind: 'personal',
    country: 'CL',
    class: 'formatted',
    shape: /^\d{7,8}[\dK]$/,
    lengths: [8, 9],
    layouts: ['2.3.3-1', '1.3.3-1'],
    looseLayouts: ['8-1', '7-1'],
    isValid: isRut,
  },
  {
    type: 'CO_NIT',
    kind: 'tax',
    country: 'CO',
    class: 'context',
    shape: /^\d{9,10}$/,
    lengths: [9, 10],
    layouts: ['9-1', '3.3.3-1', '8-1'],
    isValid: isNit,
  },
]
