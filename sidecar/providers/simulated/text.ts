import { hash } from 'node:crypto'

/**
 * Deterministic prose. Every word, with the space before it, is exactly one token of the o200k encoding,
 * and so is every full stop: the usage that is stated is the count a real tokenizer finds.
 */
const openers = ['The', 'This', 'Each', 'Our', 'One', 'Another']
const nouns =
  'system result model answer value number question process customer order page report change method table network service record message team plan level point case market product'
const verbs = 'shows needs gives takes makes keeps finds follows supports includes describes creates'
const fillers =
  'clear simple small large early local final common direct useful strong recent public full good'
const nounList = nouns.split(' ')
const verbList = verbs.split(' ')
const fillerList = fillers.split(' ')

export type Draw = (below: number) => number

export function digest(text: string): string {
  return hash('sha1', text, 'hex')
}

/** A small seeded generator: the same prompt gets the same answer on every machine. */
export function drawFrom(seed: string): Draw {
  let state = Number.parseInt(digest(seed).slice(0, 8), 16)
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

function pick(list: readonly string[], draw: Draw): string {
  return list[draw(list.length)] ?? ''
}

/** So many tokens of prose, one per piece. */
export function prose(seed: string, tokens: number): string[] {
  const draw = drawFrom(seed)
  const pieces: string[] = []
  while (pieces.length < tokens) {
    const sentence = [
      ` ${pick(openers, draw)}`,
      ` ${pick(fillerList, draw)}`,
      ` ${pick(nounList, draw)}`,
      ` ${pick(verbList, draw)}`,
      ' the',
      ` ${pick(fillerList, draw)}`,
      ` ${pick(nounList, draw)}`,
      '.',
    ]
    pieces.push(...sentence)
  }
  pieces.length = tokens
  if (pieces[0] !== undefined) pieces[0] = pieces[0].trimStart()
  return pieces
}

/** The numbers from 1 to `last`, one a piece; what comes after `said` where that is how they begin. */
export function numbersAfter(said: string, last: number): string[] {
  const all = Array.from({ length: last }, (_, index) => (index === 0 ? '1' : ` ${index + 1}`))
  const text = all.join('')
  const begun = said.trimEnd()
  if (begun === '' || !text.startsWith(begun)) return all
  return text.slice(begun.length).match(/ ?\d+/g) ?? []
}

/** Text that is not prose (echoes, JSON), cut into pieces of about one token. */
export function cut(text: string): string[] {
  return text.match(/.{1,4}/gsu) ?? []
}

/** The usual rule of thumb; exact counts are not needed on the way in. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}
