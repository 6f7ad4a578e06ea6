import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scanner } from '../sidecar/masking/scan.ts'
import type { Share } from './masking-quality.ts'

const file = join(import.meta.dirname, 'fixtures', 'masking', 'names.txt')

interface Sentence {
  readonly text: string
  readonly names: readonly (readonly [start: number, end: number])[]
}

/** Names stand between brackets; `\n` is a line break. */
function parseSentence(line: string): Sentence {
  const names: [number, number][] = []
  let text = ''
  for (const [index, part] of line.replaceAll('\\n', '\n').split(/[[\]]/).entries()) {
    if (index % 2 === 1) names.push([text.length, text.length + part.length])
    text += part
  }
  return { text, names }
}

/** What is found of the names in sentences that nobody looked at when the cues were written. */
export function ownNames(scanner: Scanner): { readonly recall: Share; readonly precision: Share } {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const recall = { right: 0, rows: 0 }
  const precision = { right: 0, rows: 0 }
  for (const { text, names } of lines.filter((line) => !line.startsWith('#')).map(parseSentence)) {
    const found = scanner.scan(text).filter(({ type }) => type === 'PERSON')
    const touches = ([start, end]: readonly [number, number]) =>
      found.some((span) => span.start < end && span.end > start)
    const isName = ({ start, end }: { start: number; end: number }) =>
      names.some(([from, to]) => start < to && end > from)
    recall.rows += names.length
    recall.right += names.filter(touches).length
    precision.rows += found.length
    precision.right += found.filter(isName).length
  }
  return { recall, precision }
}
