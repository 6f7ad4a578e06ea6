/**
 * What counts as a placeholder in text that a model wrote: as issued, `[EMAIL_1]`, and as models like to change it,
 * `[Email 1]`, `[EMAIL-1]`, and escaped for Markdown, `\[EMAIL\_1\]`. Types have at most three words of letters.
 */
export interface Grammar {
  /** Sticky: at `lastIndex`, or not at all. */
  readonly whole: RegExp
  /** The same, anywhere. */
  readonly all: RegExp
  /** The whole of a text may be the beginning of one. */
  readonly isBeginning: (text: string, types: Iterable<string>) => boolean
}

const separator = '\\\\{0,2}[_ -]'
const word = '[A-Za-z]{2,16}'

function grammar(index: string, indexBeginning: RegExp): Grammar {
  const source = `(\\\\{0,2})\\[ ?(${word}(?:${separator}${word}){0,2}?)(?:${separator}(${index}))? ?(\\\\{0,2})\\]`
  return {
    whole: new RegExp(source, 'y'),
    all: new RegExp(source, 'g'),
    isBeginning: (text, types) => isBeginning(text, types, indexBeginning),
  }
}

export const countedGrammar = grammar('\\d{1,4}', /^\d{0,4}$/)
export const keyedGrammar = grammar('(?:\\d{1,4}|[A-Za-z2-7]{6,12})', /^[A-Za-z0-9]{0,12}$/)

/** `email-1` to `EMAIL_1`. */
export function normalized(written: string): string {
  return written.replaceAll('\\', '').replace(/[ -]/g, '_').toUpperCase()
}

/** Held back until the next piece shows what it is; everything else is passed on at once. */
function isBeginning(text: string, types: Iterable<string>, indexBeginning: RegExp): boolean {
  const match = /^\\{0,2}(?:\[ ?((?:[A-Za-z0-9]|\\{0,2}[_ -])*)\\{0,2})?$/.exec(text)
  if (match === null) return false
  const written = normalized(match[1] ?? '')
  if (written === '') return true
  const name = written.replace(/_$/, '')
  if (name === '') return false
  for (const type of types) {
    if (type.startsWith(name)) return true
    if (written.startsWith(`${type}_`) && indexBeginning.test(name.slice(type.length + 1))) return true
  }
  return false
}
