import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface Pair {
  readonly set: string
  readonly cat: string
  readonly a: string
  readonly b: string
  readonly same: 0 | 1
}

export interface Spoken {
  readonly set: string
  readonly text: string
  readonly intent: string
}

/** Labelled pairs and streams of short questions; sources and licences stand in the fixture's notice. */
export function readPairs(): { readonly pairs: readonly Pair[]; readonly spoken: readonly Spoken[] } {
  const file = join(import.meta.dirname, '../fixtures/cache/pairs.jsonl.gz')
  const rows = gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string })
  return {
    pairs: rows.filter(({ kind }) => kind === 'pair') as unknown as Pair[],
    spoken: rows.filter(({ kind }) => kind === 'stream') as unknown as Spoken[],
  }
}
