/**
 * Four bytes at once (a byte loop takes three to five times as long): bit 7 is set in each byte that is a
 * quote, a backslash or below 0x20; above the lowest such byte there may be false ones. Flipping bit 1
 * moves the quote to 0x20 and leaves the control characters below it, so one subtraction finds both.
 */
export function specialBytes(word: number): number {
  const quoted = word ^ 0x02020202
  const escaped = word ^ 0x5c5c5c5c
  return (((quoted - 0x21212121) & ~quoted) | ((escaped - 0x01010101) & ~escaped)) & 0x80808080
}

/** The lowest marked byte, counted from 0. */
export function firstByte(hits: number): number {
  return (31 - Math.clz32(hits & -hits)) >> 3
}

/** The length when there is none, so that positions compare without a special case. */
export function find(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from)
  return at < 0 ? bytes.length : at
}

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

export function isHex(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}

/** Eight samples; the first leaves out the head, where `data:image/png;base64,` may stand. */
export function looksBase64(bytes: Buffer, start: number, end: number): boolean {
  const first = start + 1024
  const step = Math.floor((end - 64 - first) / 7)
  for (let from = first; from <= first + 7 * step; from += step) {
    for (let at = from; at < from + 32; at += 1) if (!isBase64Byte(bytes[at] ?? 0)) return false
  }
  return true
}

/** Both alphabets: `+/` and the one for URLs, `-_`. */
function isBase64Byte(byte: number): boolean {
  const letter = byte | 0x20
  if ((letter >= 0x61 && letter <= 0x7a && byte >= 0x41) || isDigit(byte)) return true
  return byte === 0x2b || byte === 0x2f || byte === 0x2d || byte === 0x5f
}
