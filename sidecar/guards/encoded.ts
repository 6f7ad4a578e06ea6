export interface Decoded {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A sentence takes more letters than this, and most ids and hashes take fewer. */
const run = /[A-Za-z0-9+/_-]{24,}={0,2}/g
/** Of one text; pictures and keys are no prose, and cost a look at their first letters. */
const runsMax = 64
const decodedCharsMax = 32_768
const sampleChars = 96

/** What stands in base64 in a text, where it is text itself. */
export function decodedIn(text: string): Decoded[] {
  const found: Decoded[] = []
  let runs = 0
  let room = decodedCharsMax
  for (const { 0: written, index } of text.matchAll(run)) {
    runs += 1
    if (runs > runsMax || room <= 0) break
    if (!isText(Buffer.from(written.slice(0, sampleChars), 'base64'))) continue
    const decoded = Buffer.from(written.slice(0, room * 2), 'base64').toString('utf8')
    room -= decoded.length
    found.push({ start: index, end: index + written.length, text: decoded })
  }
  return found
}

/** Letters and blanks: bytes that happen to be printable have no blanks where words end. */
function isText(bytes: Buffer): boolean {
  let letters = 0
  for (const byte of bytes) if ((byte >= 0x61 && byte <= 0x7a) || byte === 0x20 || byte >= 0xc3) letters += 1
  return letters >= bytes.length * 0.6 || (letters >= bytes.length * 0.2 && isUpperText(bytes))
}

function isUpperText(bytes: Buffer): boolean {
  let plain = 0
  for (const byte of bytes) if ((byte >= 0x41 && byte <= 0x5a) || byte === 0x20 || byte === 0x0a) plain += 1
  return plain >= bytes.length * 0.7
}
