import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalType } from '../sidecar/masking/detectors/registry.ts'
import type { Scanner } from '../sidecar/masking/scan.ts'

/** A count of rows and of those that came out right. */
export interface Share {
  readonly right: number
  readonly rows: number
}

interface Row {
  readonly entity: string
  readonly text: string
  readonly spans: readonly (readonly [number, number, string?])[]
  readonly strength: string
}

interface SecretRow {
  readonly is_secret: 0 | 1
  readonly text_parts: readonly string[]
}

const folder = join(import.meta.dirname, 'fixtures', 'masking')

function rowsOf<T>(file: string): readonly T[] {
  const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as T)
}

const share = <T>(rows: readonly T[], isRight: (row: T) => boolean): Share => ({
  right: rows.filter(isRight).length,
  rows: rows.length,
})

export const percent = ({ right, rows }: Share): number => (100 * right) / rows

/** What is found in the examples, measure by measure. */
export function idQuality(scanner: Scanner) {
  const all = rowsOf<Row>('pii.jsonl')
  const of = (...strengths: readonly string[]) => all.filter(({ strength }) => strengths.includes(strength))
  const covers = ({ text, spans, entity }: Row, isTyped: boolean) =>
    spans.every(([start, end]) =>
      scanner
        .scan(text)
        .some(
          (span) =>
            span.start <= start && span.end >= end && (!isTyped || span.type === canonicalType(entity)),
        ),
    )
  const formatted = of('strong', 'medium')
    .filter(({ entity }) => entity !== 'DATE_TIME' && entity !== 'URL')
    .filter(({ text }) => !/^\d+$/.test(text.trim()))
  return {
    ctxMasked: share(of('ctx'), (row) => covers(row, false)),
    ctxTyped: share(of('ctx'), (row) => covers(row, true)),
    formatted: share(formatted, (row) => covers(row, false)),
    invalidFlagged: share(of('none'), ({ text, entity }) =>
      scanner.scan(text).some(({ type }) => type === canonicalType(entity)),
    ),
    negativesMasked: share(of('none_all'), ({ text }) => scanner.scan(text).length > 0),
  }
}

export function personQuality(scanner: Scanner): { readonly recall: Share; readonly precision: Share } {
  const pairs = rowsOf<Row>('sentences.jsonl').map(({ text, spans }) => ({
    wanted: spans.filter(([, , type]) => type === 'PERSON'),
    found: scanner.scan(text).filter(({ type }) => type === 'PERSON'),
  }))
  const recall = pairs.flatMap(({ wanted, found }) =>
    wanted.map(([start, end]) => found.some((span) => span.start < end && span.end > start)),
  )
  const precision = pairs.flatMap(({ wanted, found }) =>
    found.map((span) => wanted.some(([start, end]) => span.start < end && span.end > start)),
  )
  return { recall: share(recall, Boolean), precision: share(precision, Boolean) }
}

export function secretQuality(scanner: Scanner): { readonly found: Share; readonly wrong: Share } {
  const isFound = ({ text_parts: parts }: SecretRow) =>
    scanner.scan(parts.join('')).some(({ type }) => type === 'SECRET')
  const rows = rowsOf<SecretRow>('secrets.jsonl')
  return {
    found: share(
      rows.filter(({ is_secret: isSecret }) => isSecret === 1),
      isFound,
    ),
    wrong: share(
      rows.filter(({ is_secret: isSecret }) => isSecret === 0),
      isFound,
    ),
  }
}
