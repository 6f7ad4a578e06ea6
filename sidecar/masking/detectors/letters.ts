/** Classes of UTF-16 units: what is a word, and in which scripts words stand without spaces. */

export const digit = 1
export const capital = 2
export const small = 3
export const other = 4

/** Indexed by code; look-ups past its end are undefined, which counts as no class. */
export const asciiClasses: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 48 && code < 58) return digit
  if (code >= 65 && code < 91) return capital
  return code >= 97 && code < 123 ? small : 0
})

/** 0 for everything but letters and digits of ASCII. */
export const asciiClass = (code: number): number => (code < 128 ? (asciiClasses[code] ?? 0) : 0)

/** Thai, Chinese, Japanese and Korean (whose particles stick to the noun): any part of a run may be a word. */
export function isUnspaced(code: number): boolean {
  return (
    (code >= 0xe00 && code <= 0xeff) ||
    (code >= 0x3005 && code <= 0xd7ff) ||
    (code >= 0xf900 && code <= 0xfaff)
  )
}

/** A letter or digit of a script with spaces; NaN, which stands for no text, is none. */
export const isWordUnit = (code: number): boolean => (unitClasses[code] ?? 0) !== 0

/** A rough cut above ASCII, where signs are few. */
function isWordCode(code: number): boolean {
  if (code < 128) return asciiClasses[code] !== 0
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba
  return code < 0x2000
    ? code !== 0xd7 && code !== 0xf7 && !isUnspaced(code)
    : code >= 0xfb1d && code <= 0xfdff
}

/** The same for every UTF-16 unit, so that loops over a text need no branch for it; `other` for words above ASCII. */
export const unitClasses: Uint8Array = Uint8Array.from({ length: 0x10000 }, (_, code) =>
  code < 128 ? asciiClass(code) : isWordCode(code) ? other : 0,
)

const marks = /\p{M}/gu

/** Lower case without the marks of Latin, Greek and Cyrillic letters, unit by unit as long as before. */
export function fold(word: string): string {
  const lower = word.toLowerCase()
  for (let index = 0; index < lower.length; index += 1)
    if (lower.charCodeAt(index) > 127) return foldMarks(lower)
  return lower
}

function foldMarks(lower: string): string {
  return Array.from(lower, (letter) => {
    const code = letter.charCodeAt(0)
    return code > 127 && code < 0x590 ? letter.normalize('NFD').replace(marks, '') || letter : letter
  }).join('')
}
