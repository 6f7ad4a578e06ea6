import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readGolden } from '../../evals/golden/load.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { runEvalsImport } from './import.ts'

const examples = join(import.meta.dirname, '..', '..', 'examples', 'evals')

test('the examples load, and what is imported from promptfoo is a golden set', async () => {
  const golden = await readFile(join(examples, 'golden.jsonl'), 'utf8')
  assert.equal(readGolden(golden, 'golden.jsonl', ['support']).length, 4)
  await using folder = await tempDir('sidelight-import-')
  const out = folder.file('out.jsonl')
  const code = await runEvalsImport(
    [join(examples, 'promptfooconfig.yaml'), '--route', 'support', '--out', out],
    {},
  )
  assert.equal(code, 0)
  const items = readGolden(await readFile(out, 'utf8'), out, [])
  assert.deepEqual(
    items.map(({ route, asserts }) => [route, asserts.map(({ type }) => type)]),
    [
      ['support', ['is-refusal', 'icontains']],
      ['support', ['is-refusal', 'levenshtein', 'latency']],
    ],
  )
})

test('a file that is not there is 1, no file at all is 2', async () => {
  assert.equal(await runEvalsImport(['nowhere.yaml', '--route', 'r'], {}), 1)
  assert.equal(await runEvalsImport(['--route', 'r'], {}), 2)
})
