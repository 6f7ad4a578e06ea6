import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parseConfig } from '../../contract/config/load.ts'
import { loadShippedCatalog } from '../../contract/prices/catalog.ts'
import { PriceFileError } from '../../contract/prices/overrides.ts'
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
      error instanceof PriceFileError &&
      /line \d+: not valid YAML/.test(error.message) &&
      !error.message.includes('secretish'),
  )
})
