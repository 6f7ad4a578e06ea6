/** How forms of keys begin: told from a table before any expression is tried. */
export interface Starts {
  /** Whether a key may begin here: nothing that could continue one in front, and three characters of a known form. */
  isAt(text: string, index: number): boolean
}

const startLength = 3
/** What collides is told apart by the expression. */
const tableSize = 1 << 15

export function createStarts(forms: readonly string[]): Starts {
  const known = new Uint8Array(tableSize)
  for (const form of forms)
    for (const start of startsOf(form.replaceAll(/\(\?=[^)]*\)/g, ''), ''))
      known[keyOf(start.charCodeAt(0), start.charCodeAt(1), start.charCodeAt(2))] = 1
  const inner = Uint8Array.from({ length: 128 }, (_, code) =>
    /[\w~-]/.test(String.fromCharCode(code)) ? 1 : 0,
  )
  return {
    isAt(text, index) {
      const first = text.charCodeAt(index)
      if (inner[first] !== 1 || (index > 0 && inner[text.charCodeAt(index - 1)] === 1)) return false
      const second = text.charCodeAt(index + 1)
      const third = text.charCodeAt(index + 2)
      return second < 128 && third < 128 && known[keyOf(first, second, third)] === 1
    },
  }
}

const keyOf = (first: number, second: number, third: number) =>
  ((first * 37 + second) * 37 + third) & (tableSize - 1)

/** All beginnings of three characters that an expression of literals, groups and classes allows. */
function startsOf(form: string, start: string): readonly string[] {
  if (start.length === startLength) return [start]
  const group = /^\(\?:([^()]*)\)/.exec(form)
  if (group !== null)
    return (group[1] ?? '').split('|').flatMap((part) => startsOf(part + form.slice(group[0].length), start))
  const unit = /^(?:\[[^\]]+\]|\\.|[^[\\])/.exec(form)?.[0]
  if (unit === undefined) throw new Error('a form of keys that is shorter than its start')
  const pattern = new RegExp(`^${/^\W$/.test(unit) ? `\\${unit}` : unit}$`)
  return characters
    .filter((character) => pattern.test(character))
    .flatMap((character) => startsOf(form.slice(unit.length), start + character))
}

const characters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
