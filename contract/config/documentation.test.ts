import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseConfig } from './load.ts'
import { ConfigError } from './problem.ts'

const folder = join(import.meta.dirname, '..', '..', 'docs', 'guide')

/** Blocks of YAML that are a whole configuration; one that is marked `yaml part` is not. */
function blocksOf(page: string): string[] {
  const text = readFileSync(join(folder, page), 'utf8')
  return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block ?? '')
}

const blocks = readdirSync(folder).flatMap((page) => blocksOf(page).map((yaml) => ({ page, yaml })))

test('every example of the guide is valid as copied', () => {
  const routes = blocks.filter(({ yaml }) => /^routes:/m.test(yaml))
  const pages = ['routing.md', 'recovery.md', 'configuration.md']
  for (const page of pages)
    assert.ok(
      routes.some((block) => block.page === page),
      page,
    )
  for (const { page, yaml } of blocks) {
    try {
      parseConfig(yaml, page, { SIDELIGHT_INGEST_TOKEN: 't' })
    } catch (error) {
      assert.ok(error instanceof ConfigError)
      assert.fail(`${error.message}\n${yaml}`)
    }
  }
})
