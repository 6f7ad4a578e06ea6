import assert from 'node:assert/strict'
import { utimes, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { tempDir } from '../../testing/temp-dir.ts'
import { createTerms, dictionaryFile } from './dictionaries.ts'
import type { Dictionary } from './settings.ts'
import type { Span } from './span.ts'

function found(text: string, ...dictionaries: Dictionary[]): string[] {
  const spans: Span[] = []
  createTerms(dictionaries).find(text, spans)
  return spans.map(({ type, start, end }) => `${type} ${text.slice(start, end)}`)
}

test('terms are found as whole words in any case, in scripts without spaces anywhere', () => {
  const terms = { type: 'TERM', terms: ['Project Bluebird', '蓝鸟'] }
  assert.deepEqual(found('PROJECT  bluebird and bluebirds', terms), ['TERM PROJECT  bluebird'])
  assert.deepEqual(found('这是蓝鸟项目', terms), ['TERM 蓝鸟'])
  assert.deepEqual(found('Project Bluebirds', terms), [])
})

test('a single name has to begin with a capital, and where case counts it counts', () => {
  assert.deepEqual(found('Will will', { type: 'PERSON', terms: ['Will'] }), ['PERSON Will'])
  assert.deepEqual(found('ACME acme', { type: 'TERM', terms: ['ACME'], matchCase: true }), ['TERM ACME'])
})

test('a file is read again when it has changed', async () => {
  await using directory = await tempDir()
  const path = directory.file('terms.txt')
  await writeFile(path, '# customers\nAnna Blau\n\n')
  const file = dictionaryFile(path)
  assert.deepEqual(await file.read(), ['Anna Blau'])
  await writeFile(path, 'Bert Grau\n')
  await utimes(path, 1, 1)
  assert.deepEqual(await file.read(), ['Bert Grau'])
})
