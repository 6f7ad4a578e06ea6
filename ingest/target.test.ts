import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../contract/config/load.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { targetOf } from './target.ts'
import { warehouseToken } from './token.ts'

const configOf = (yaml: string, environment: Record<string, string> = {}) =>
  parseConfig(yaml, 'test.yaml', environment).config

test('the embedded warehouse is read without a password on loopback, and written with the token', async () => {
  await using folder = await tempDir()
  const config = { ...configOf(''), stateDir: folder.path }
  const url = 'http://127.0.0.1:4102'
  assert.deepEqual(await targetOf(config, 'reader'), {
    url,
    username: 'default',
    password: '',
    database: 'sidelight',
  })
  const password = await warehouseToken(folder.path)
  assert.deepEqual(await targetOf(config, 'writer'), {
    url,
    username: 'writer',
    password,
    database: 'sidelight',
  })
  assert.deepEqual(await targetOf(config, 'admin'), {
    url,
    username: 'admin',
    password,
    database: 'sidelight',
  })
})

test('one that listens everywhere is asked on loopback, with the token even to read', async () => {
  await using folder = await tempDir()
  const config = { ...configOf('warehouse: { listen: "0.0.0.0:9000" }'), stateDir: folder.path }
  const target = await targetOf(config, 'reader')
  assert.equal(target.url, 'http://127.0.0.1:9000')
  assert.equal(target.password, await warehouseToken(folder.path))
})

test('any other warehouse is asked as the user of its URL, whatever is in the password', async () => {
  const yaml = 'warehouse: { url: "https://ingest:${PW}@ch.example:8443/path", database: llm }'
  const config = configOf(yaml, { PW: 'p@ss/w:rd %' })
  for (const role of ['reader', 'writer', 'admin'] as const) {
    assert.deepEqual(await targetOf(config, role), {
      url: 'https://ch.example:8443/path',
      username: 'ingest',
      password: 'p@ss/w:rd %',
      database: 'llm',
    })
  }
})
