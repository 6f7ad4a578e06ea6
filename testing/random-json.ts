import type { Random } from './random.ts'

/** Texts of JSON objects for property tests: escapes, unicode, duplicate keys, whitespace, odd numbers. */
const keys = [
  'model',
  'messages',
  'a',
  'b',
  '',
  'é',
  '\\u0061',
  'a\\"b',
  '__proto__',
  '\\ud83d\\ude00',
  'x'.repeat(30),
]
const numbers = ['0', '-0', '1', '42', '-1.5', '1e3', '1E-2', '9007199254740993', '0.1e+10', '1'.repeat(40)]
const pieces = [
  'a',
  'word ',
  '€',
  '😀',
  '\\n',
  '\\"',
  '\\\\',
  '\\u00e9',
  '\\/',
  '\u007f',
  'z'.repeat(40),
  '{',
  ']',
]
const spaces = ['', '', '', ' ', '\n  ', '\t', '\r\n']
const damage = ['"', '\\', ',', ':', '{', '}', '[', ']', '0', '-', '.', 'e', 't', ' ', '\u0001', 'é']

export function randomDocument(random: Random): string {
  return `${random.pick(spaces)}${object(random, 4)}${random.pick(spaces)}`
}

/** One to three small cuts or insertions: often invalid, sometimes still valid. */
export function mutated(random: Random, text: string): string {
  let result = text
  for (let count = 1 + random.int(3); count > 0; count -= 1) {
    const at = random.int(result.length + 1)
    const dropped = random.int(3)
    result =
      result.slice(0, at) + (random.chance(0.6) ? random.pick(damage) : '') + result.slice(at + dropped)
  }
  return result
}

function value(random: Random, depth: number): string {
  const kind = random.int(depth > 0 ? 6 : 4)
  if (kind === 0) return random.pick(numbers)
  if (kind === 1) return random.pick(['true', 'false', 'null'])
  if (kind <= 3) return text(random)
  return kind === 4 ? object(random, depth - 1) : list(random, depth - 1)
}

function text(random: Random): string {
  return `"${Array.from({ length: random.int(6) }, () => random.pick(pieces)).join('')}"`
}

function object(random: Random, depth: number): string {
  const member = () =>
    `"${random.pick(keys)}"${random.pick(spaces)}:${random.pick(spaces)}${value(random, depth)}`
  return joined(random, '{}', member)
}

function list(random: Random, depth: number): string {
  return joined(random, '[]', () => value(random, depth))
}

function joined(random: Random, brackets: '{}' | '[]', item: () => string): string {
  const items = Array.from(
    { length: random.int(5) },
    () => `${random.pick(spaces)}${item()}${random.pick(spaces)}`,
  )
  return `${brackets[0]}${items.length === 0 ? random.pick(spaces) : items.join(',')}${brackets[1]}`
}
