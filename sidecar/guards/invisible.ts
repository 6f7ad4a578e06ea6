import { isInvisible } from './fold.ts'

export interface Invisible {
  /** Characters that nobody sees and no script needs. */
  readonly count: number
  /** What letters of the tag block spell. */
  readonly spelled: string
}

const none: Invisible = { count: 0, spelled: '' }
const any = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|\udb40[\udc00-\udc7f]/

/** Joiners and marks of direction belong to these: Hebrew, Arabic, the scripts of India, and emoji. */
const needsJoiners =
  /[\u0590-\u08ff\u0900-\u0dff\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufefc\u2190-\u2bff]|\ufe0f|[\ud800-\udfff]/

export function invisibleIn(text: string): Invisible {
  if (!any.test(text)) return none
  let count = 0
  let spelled = ''
  walk(text, (start, tag) => {
    // A soft hyphen or a byte-order mark comes with copied text, and hides nothing by itself.
    const code = text.charCodeAt(start)
    if (code !== 0xad && code !== 0xfeff) count += 1
    if (tag >= 0x20) spelled += String.fromCharCode(tag)
  })
  return { count, spelled }
}

export function withoutInvisible(text: string): string {
  if (!any.test(text)) return text
  let out = ''
  let from = 0
  walk(text, (start, tag) => {
    out += text.slice(from, start)
    from = start + (tag < 0 ? 1 : 2)
  })
  return out + text.slice(from)
}

/** `tag`: the ASCII letter that it stands for, -1 where it is none. */
function walk(text: string, found: (start: number, tag: number) => void): void {
  let isFlag = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0xdb40) {
      const low = text.charCodeAt(at + 1)
      if (low >= 0xdc00 && low <= 0xdc7f) {
        // Flags of regions: a black flag and the letters of its name.
        if (!isFlag) found(at, low - 0xdc00)
        at += 1
        continue
      }
    }
    // The second half of the black flag.
    if (code !== 0xd83c) isFlag = code === 0xdff4 && text.charCodeAt(at - 1) === 0xd83c
    if (isInvisible(code) && !isNeeded(text, at, code)) found(at, -1)
  }
}

function isNeeded(text: string, at: number, code: number): boolean {
  if (code === 0x200b || code < 0x200c || code > 0x200f) return false
  return needsJoiners.test(text[at - 1] ?? '') || needsJoiners.test(text[at + 1] ?? '')
}
