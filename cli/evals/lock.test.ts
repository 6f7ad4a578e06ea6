import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { tempDir } from '../../testing/temp-dir.ts'
import { Locked, lock } from './lock.ts'

test('one holds it, the next is told who, and it is free again afterwards', async () => {
  await using folder = await tempDir('sidelight-lock-')
  {
    await using held = await lock(folder.path, 'run')
    assert.ok(existsSync(held.file))
    await assert.rejects(lock(folder.path, 'run'), (error: Error) => {
      assert.ok(error instanceof Locked)
      assert.match(error.message, new RegExp(`process ${process.pid} on `))
      return true
    })
    await using _other = await lock(folder.path, 'watch')
  }
  await using _again = await lock(folder.path, 'run')
})

test('what a dead process left, or one that is long over, stops nobody; another machine’s does', async () => {
  await using folder = await tempDir('sidelight-lock-')
  const file = folder.file('evals-run.lock')
  const soon = new Date(Date.now() + 60_000).toISOString()
  const leave = (fields: object) => writeFile(file, JSON.stringify(fields))
  await leave({ pid: 2 ** 22 + 1, host: hostname(), expires: soon })
  await (await lock(folder.path, 'run'))[Symbol.asyncDispose]()
  await leave({ pid: 1, host: 'elsewhere', expires: new Date(Date.now() - 1).toISOString() })
  await (await lock(folder.path, 'run'))[Symbol.asyncDispose]()
  await leave({ pid: 1, host: 'elsewhere', expires: soon })
  await assert.rejects(lock(folder.path, 'run'), Locked)
})
