import assert from 'node:assert/strict'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { tempDir } from '../../testing/temp-dir.ts'
import { policyFileName, writePolicyFile } from './files.ts'

test('a file is named by its route, legibly, and never outside of its folder or twice', () => {
  assert.equal(policyFileName('support'), 'support.json')
  assert.match(policyFileName('Support'), /^support\.[0-9a-f]{16}\.json$/)
  assert.notEqual(policyFileName('../a'), policyFileName('./a'))
  for (const route of ['../../etc/passwd', 'a/b', '', '.', 'é'.repeat(300), 'con\u0000', 'a\\b'])
    assert.match(policyFileName(route), /^[a-z0-9_-]{0,64}\.[0-9a-f]{16}\.json$/)
})

test('a file is replaced as a whole, and nothing else is left behind', async () => {
  await using folder = await tempDir()
  const directory = folder.file('policy')
  await writePolicyFile(directory, 'r', '{"a":1}')
  await writePolicyFile(directory, 'r', '{"a":2}')
  assert.deepEqual(await readdir(directory), ['r.json'])
  assert.equal(await readFile(`${directory}/r.json`, 'utf8'), '{"a":2}\n')
  await mkdir(`${directory}/s.json`)
  await assert.rejects(writePolicyFile(directory, 's', '{}'))
  assert.deepEqual((await readdir(directory)).toSorted(), ['r.json', 's.json'])
})
