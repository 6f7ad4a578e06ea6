import { randomBytes } from 'node:crypto'

/** Random hex digits are drawn in blocks: one call into the system generator costs more than the rest of the id. */
const blockBytes = 4096
/** Of the random digits an id takes 3, 1 for the variant, 3 and 12. */
const digitsPerId = 19

/** A source of UUIDv7 ids: time-ordered, so a table sorted by id is sorted by time; of now, or of the time it is given. */
export function createIdSource(nowMs: () => number): (atMs?: number) => string {
  let block = ''
  let used = 0
  let stampedMs = Number.NaN
  let stamp = ''
  return (atMs = nowMs()) => {
    if (used + digitsPerId > block.length) {
      block = randomBytes(blockBytes).toString('hex')
      used = 0
    }
    if (atMs !== stampedMs) {
      stampedMs = atMs
      stamp = stampOf(atMs)
    }
    const at = used
    used += digitsPerId
    const variant = variants[digitAt(block, at) & 3]
    return (
      `${stamp}${block.slice(at + 1, at + 4)}-${variant}${block.slice(at + 4, at + 7)}` +
      `-${block.slice(at + 7, at + 19)}`
    )
  }
}

function digitAt(hex: string, at: number): number {
  const code = hex.charCodeAt(at)
  return code < 0x61 ? code - 0x30 : code - 0x57
}

const variants = ['8', '9', 'a', 'b']

/** The 48 bits of the time and the version. */
function stampOf(ms: number): string {
  const hex = Math.floor(ms).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7`
}
