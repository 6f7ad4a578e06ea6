import { digitAt, isLuhn, isVerhoeff, valueAt, weighted } from '../checksums.ts'
import { isDay, isYmd } from '../dates.ts'
import type { IdRule } from './rule.ts'

const isPalindrome = (text: string) => text === [...text].reverse().join('')

function isGstin(id: string): boolean {
  let sum = 0
  for (let index = 0; index < 14; index += 1) {
    const product = valueAt(id, index) * (index % 2 === 0 ? 1 : 2)
    sum += Math.floor(product / 36) + (product % 36)
  }
  return valueAt(id, 14) === (36 - (sum % 36)) % 36
}

function isNric(id: string): boolean {
  const added = /[TG]/.test(id.charAt(0)) ? 4 : id.startsWith('M') ? 3 : 0
  const rest = (weighted(id, [2, 7, 6, 5, 4, 3, 2], 1) + added) % 11
  if (/[ST]/.test(id.charAt(0))) return id[8] === 'JZIHGFEDCBA'[rest]
  // The M series has a J where the others have an M.
  return id[8] === (id.startsWith('M') ? 'XWUTRQPNJLK'[rest] : 'XWUTRQPNMLK'[rest])
}

const uenAlphabet = 'ABCDEFGHJKLMNPQRSTUVWX0123456789'

function isUen(id: string): boolean {
  if (/^\d{8}[A-Z]$/.test(id)) return id[8] === 'XMKECAWLJDB'[weighted(id, [10, 4, 9, 3, 8, 2, 7, 1]) % 11]
  if (/^\d{9}[A-Z]$/.test(id)) return id[9] === 'ZKCMDNERGWH'[weighted(id, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11]
  let sum = 0
  for (const [index, weight] of [4, 3, 5, 3, 10, 2, 2, 5, 7].entries())
    sum += uenAlphabet.indexOf(id.charAt(index)) * weight
  return id[9] === uenAlphabet[(((sum - 5) % 11) + 11) % 11]
}

function isThai(id: string): boolean {
  return (11 - (weighted(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(id, 12)
}

/** Women have 40 added to the day of birth. */
function isNik(id: string): boolean {
  const day = Number(id.slice(6, 8))
  return isDay(Number(id.slice(8, 10)), day > 40 ? day - 40 : day) && /^[1-9]/.test(id)
}

const indianStates =
  'AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|SK|TN|TR|TS|UK|UP|WB'

/** South and south-east. */
export const southAsianIds: readonly IdRule[] = [
  {
    type: 'IN_AADHAAR',
    kind: 'personal',
    country: 'IN',
    class: 'formatted',
    shape: /^[2-9]\d{11}$/,
    lengths: [12],
    layouts: ['4~4~4', '4:4:4'],
    isValid: (id) => isVerhoeff(id) && !isPalindrome(id),
  },
  {
    type: 'IN_PAN',
    kind: 'tax',
    country: 'IN',
    class: 'strong',
    shape: /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/,
    lengths: [10],
    isValid: (id) => id.slice(5, 9) !== '0000',
  },
  {
    type: 'IN_GSTIN',
    kind: 'company',
    country: 'IN',
    class: 'strong',
    shape: /^(?:0[1-9]|[12]\d|3[0-8]|9[79])[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$/,
    lengths: [15],
    isValidAlone: isGstin,
  },
  {
    type: 'IN_VEHICLE_REG',
    kind: 'vehicle',
    country: 'IN',
    class: 'strong',
    shape: new RegExp(`^(?:${indianStates})\\d{1,2}[A-Z]{1,3}\\d{4}$`),
    lengths: [8, 9, 10, 11],
    layouts: ['2~2~2~4', '4~2~4', '2~2~1~4', '4~1~4', '2~2~3~4'],
  },
  {
    type: 'ID_NIK',
    kind: 'personal',
    country: 'ID',
    class: 'context',
    shape: /^\d{16}$/,
    lengths: [16],
    layouts: ['4~4~4~4', '6~6~4', '2.2.2.6.4'],
    isValid: isNik,
  },
  {
    type: 'ID_NPWP',
    kind: 'tax',
    country: 'ID',
    class: 'context',
    shape: /^\d{15}$/,
    lengths: [15],
    layouts: ['2.3.3.1-3.3'],
    isValid: (id) => isLuhn(id.slice(0, 9)),
  },
  {
    type: 'SG_NRIC_FIN',
    kind: 'personal',
    country: 'SG',
    class: 'strong',
    shape: /^[STFGM]\d{7}[A-Z]$/,
    lengths: [9],
    isValid: isNric,
  },
  {
    type: 'SG_UEN',
    kind: 'company',
    country: 'SG',
    class: 'formatted',
    shape: /^(?:\d{8}[A-Z]|(?:18|19|20)\d{7}[A-Z]|[RST]\d\d[A-Z][A-Z0-9]\d{4}[A-Z])$/,
    lengths: [9, 10],
    layouts: ['9', '10'],
    isValid: isUen,
  },
  {
    type: 'TH_TNIN',
    kind: 'personal',
    country: 'TH',
    class: 'formatted',
    shape: /^[1-8]\d{12}$/,
    lengths: [13],
    layouts: ['1~4~5~2~1'],
    isValid: isThai,
  },
  {
    type: 'MY_NRIC',
    kind: 'personal',
    country: 'MY',
    class: 'formatted',
    shape: /^\d{12}$/,
    lengths: [12],
    layouts: ['6-2-4'],
    looseLayouts: ['6 2 4'],
    isValid: (id) => isYmd(id),
  },
  {
    type: 'PK_CNIC',
    kind: 'personal',
    country: 'PK',
    class: 'formatted',
    shape: /^[1-7]\d{11}[1-9]$/,
    lengths: [13],
    layouts: ['5-7-1'],
  },
]
