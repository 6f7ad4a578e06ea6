import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Scorer } from '../sidecar/guards/scorer.ts'

export interface GuardRow {
  readonly text: string
  readonly injection: 0 | 1
  readonly cat: string
}

const folder = join(import.meta.dirname, 'fixtures', 'guards')

/** Without `file`: those of the fixtures, which leave out the sets with offensive language. */
export function guardRows(file?: string): readonly GuardRow[] {
  const text =
    file === undefined
      ? gunzipSync(readFileSync(join(folder, 'examples.jsonl.gz'))).toString('utf8')
      : readFileSync(file, 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as GuardRow)
}

export const ownAttacks = () => linesOf('attacks.txt')
export const ownBenign = () => linesOf('benign.txt')

function linesOf(file: string): readonly string[] {
  return readFileSync(join(folder, file), 'utf8').trim().split('\n')
}

/** Texts that reach the threshold. */
export function flagged(scorer: Scorer, texts: readonly string[], threshold = 4): readonly string[] {
  return texts.filter((text) => scorer.score(text).score >= threshold)
}

/** Instructions hidden as everyday tasks have no words of their own. */
export const isWorded = ({ cat }: GuardRow) => !cat.startsWith('indirect-task')
