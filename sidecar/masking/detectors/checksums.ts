/** Arithmetic of check digits, over compact ids (capitals and digits only). */

export const digitAt = (text: string, index: number): number => text.charCodeAt(index) - 48

/** 0–9, then A = 10 … Z = 35. */
export function valueAt(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code < 58 ? code - 48 : code - 55
}

/** Sum of digit × weight from `from` on. */
export function weighted(text: string, weights: readonly number[], from = 0): number {
  let sum = 0
  for (let index = 0; index < weights.length; index += 1)
    sum += digitAt(text, from + index) * (weights[index] ?? 0)
  return sum
}

/** The weights go back from the last character of `text`. */
export function weightedFromRight(text: string, weights: readonly number[]): number {
  let sum = 0
  for (let index = 0; index < text.length; index += 1)
    sum += digitAt(text, text.length - 1 - index) * (weights[index % weights.length] ?? 0)
  return sum
}

export function isLuhn(text: string): boolean {
  let sum = 0
  for (let index = 0; index < text.length; index += 1) {
    const digit = digitAt(text, text.length - 1 - index)
    sum += index % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

/** Digits of the products, added up: how German numbers are checked. */
export function digitSums(text: string, weights: readonly number[]): number {
  let sum = 0
  for (let index = 0; index < weights.length; index += 1) {
    const product = digitAt(text, index) * (weights[index] ?? 0)
    sum += Math.floor(product / 10) + (product % 10)
  }
  return sum
}

/** ISO 7064 MOD 97-10 of digits and letters. */
export function mod97(text: string): number {
  let rest = 0
  for (let index = 0; index < text.length; index += 1) {
    const value = valueAt(text, index)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/** ISO 7064 MOD 11,10. */
export function isMod11And10(text: string): boolean {
  let product = 10
  for (let index = 0; index < text.length - 1; index += 1) {
    const sum = (digitAt(text, index) + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (product + digitAt(text, text.length - 1)) % 10 === 1
}

export function isEan13(text: string): boolean {
  return weighted(text, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0
}

export function isOneDigitRepeated(text: string): boolean {
  for (let index = 1; index < text.length; index += 1)
    if (text.charCodeAt(index) !== text.charCodeAt(0)) return false
  return true
}

/** Multiplication in the dihedral group of ten: rotations 0–4, reflections 5–9. */
function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5)
  return b < 5 ? 5 + ((a - b) % 5) : (5 + a - b) % 5
}

const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

export function isVerhoeff(text: string): boolean {
  let check = 0
  for (let index = 0; index < text.length; index += 1) {
    let digit = digitAt(text, text.length - 1 - index)
    for (let turn = index % 8; turn > 0; turn -= 1) digit = permutation[digit] ?? 0
    check = dihedral(check, digit)
  }
  return check === 0
}
