import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parseConfig } from '../../contract/config/load.ts'
import { ConfigError } from '../../contract/config/problem.ts'
import { loadShippedCatalog } from '../../contract/prices/catalog.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { loadPrices } from './load.ts'

const configWith = (file: string) => parseConfig(`prices: { file: ${file} }`, 'test.yaml', {}).config

test('a prices file that is not there leaves catalog prices in force and says so', () => {
  const { catalog, warnings } = loadPrices(loadShippedCatalog(), configWith('/nowhere/prices.yaml'))
  assert.match(warnings[0] ?? '', /^prices\.file: \/nowhere\/prices\.yaml cannot be read/)
  assert.notEqual(catalog.find('openai', 'gpt-4o'), undefined)
})

test('a prices file that is not YAML is refused with its line, not its content', async () => {
  await using folder = await tempDir()
  await writeFile(folder.file('prices.yaml'), 'prices:\n  - { provider: openai\nsecretish: 1\n')
  assert.throws(
    () => loadPrices(loadShippedCatalog(), configWith(folder.file('prices.yaml'))),
    (error) =>
      error instanceof ConfigError &&
      /prices\.yaml:\d+: not valid YAML/.test(error.message) &&
      !error.message.includes('secretish'),
  )
})

test('a price that cannot be used is named by file, line, key and value; warnings name the file', async () => {
  await using folder = await tempDir()
  const file = folder.file('prices.yaml')
  const row = 'provider: openai, model: gpt-4o-mini, valid_from: 2026-01-01'
  await writeFile(
    file,
    `prices:\n  - { ${row}, input: 1, cache_read: 0.1 }\n  - { ${row},\n      input: abc }\n`,
  )
  const load = () => loadPrices(loadShippedCatalog(), configWith(file))
  assert.throws(load, (error) => {
    assert.ok(error instanceof ConfigError)
    assert.match(error.message, /prices\.yaml:4: prices\[1\]\.input: must be an amount .*\(found "abc"\)$/)
    return true
  })
  await writeFile(file, `prices:\n  - { ${row}, input: 1 }\n`)
  assert.match(load().warnings.join('\n'), /prices\.yaml: prices\[0\]: overrides input, but cache_read/)
})
