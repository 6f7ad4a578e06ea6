import { capital, digit, other, small, unitClasses } from './letters.ts'

/** Tokens that may be one number: digits, or up to four capitals, apart by one separator each. */
export interface Group {
  /** Offsets of the tokens; only the first `count` are of this group. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Whether token n is digits alone. */
  readonly isDigits: Uint8Array
  readonly hasDigit: Uint8Array
  count: number
}

/** Longer rows of tokens are cut; an id has at most nine. */
const tokensMost = 512
const shortWord = 4
const digitsLeast = 2

export const separators = ' -./()+:_'
const isSeparator = Uint8Array.from({ length: 128 }, (_, code) =>
  separators.includes(String.fromCharCode(code)) ? 1 : 0,
)

export function createGroup(): Group {
  return {
    starts: new Int32Array(tokensMost),
    ends: new Int32Array(tokensMost),
    isDigits: new Uint8Array(tokensMost),
    hasDigit: new Uint8Array(tokensMost),
    count: 0,
  }
}

/** Calls `visit` with each group that has two digits or more; the group is used again afterwards. */
export function findGroups(text: string, group: Group, visit: (group: Group) => void): void {
  const classes = unitClasses
  const length = text.length
  let digits = 0
  let index = 0
  group.count = 0
  while (index < length) {
    const first = classes[text.charCodeAt(index)]
    if (first === 0 || first === other) {
      index += 1
      continue
    }
    const start = index
    let digitCount = 0
    let capitals = 0
    // Most words are small letters throughout.
    while (index < length && classes[text.charCodeAt(index)] === small) index += 1
    for (; index < length; index += 1) {
      const kind = classes[text.charCodeAt(index)]
      if (kind === 0 || kind === other) break
      if (kind === digit) digitCount += 1
      else if (kind === capital) capitals += 1
    }
    const size = index - start
    const isPart = digitCount > 0 || (capitals === size && size <= shortWord)
    if (group.count > 0 && !(isPart && group.count < tokensMost && isJoined(text, group, start))) {
      if (digits >= digitsLeast) visit(group)
      group.count = 0
      digits = 0
    }
    if (!isPart) continue
    const token = group.count
    group.starts[token] = start
    group.ends[token] = index
    group.isDigits[token] = digitCount === size ? 1 : 0
    group.hasDigit[token] = digitCount > 0 ? 1 : 0
    group.count = token + 1
    digits += digitCount
  }
  if (group.count > 0 && digits >= digitsLeast) visit(group)
  group.count = 0
}

function isJoined(text: string, group: Group, start: number): boolean {
  const last = group.ends[group.count - 1] ?? 0
  return start === last + 1 && isSeparator[text.charCodeAt(last)] === 1
}
