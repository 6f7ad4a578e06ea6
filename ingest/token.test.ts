import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { tempDir } from '../testing/temp-dir.ts'
import { warehouseToken } from './token.ts'

test('whoever asks first makes the token, and all who ask at once get the same', async () => {
  await using folder = await tempDir()
  const stateDir = folder.file('state')
  const tokens = await Promise.all(Array.from({ length: 20 }, () => warehouseToken(stateDir)))
  assert.equal(new Set(tokens).size, 1)
  assert.match(tokens[0] ?? '', /^[\w-]{43}$/)
  assert.deepEqual(await readdir(stateDir), ['warehouse.token'])
  assert.equal((await stat(`${stateDir}/warehouse.token`)).mode & 0o777, 0o600)
  assert.equal((await readFile(`${stateDir}/warehouse.token`, 'utf8')).trim(), await warehouseToken(stateDir))
})

test('an empty file is no password', async () => {
  await using folder = await tempDir()
  await writeFile(folder.file('warehouse.token'), '\n')
  await assert.rejects(warehouseToken(folder.path), /is empty/)
})
