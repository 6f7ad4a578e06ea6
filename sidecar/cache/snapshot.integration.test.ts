import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cachingStage, put } from '../../testing/cache/asking.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { chatWire } from '../../testing/wires.ts'

const environment = { CACHE_KEY: 'ab'.repeat(32) }

test('a restart begins with the answers it ended with, and nobody reads them on the disk', async () => {
  await using dir = await tempDir()
  const top = `stateDir: ${dir.path}\ncache: { snapshot: { keyEnv: CACHE_KEY } }`
  const start = (key = environment) =>
    cachingStage(chatWire, '{ exact: 1h, lexical: 1h }', { top, environment: key })
  {
    await using stage = await start()
    await (await put(stage, chatWire, 'What is the capital of Peru?')).text()
  }
  const file = join(dir.path, 'cache/answers-0.snapshot')
  assert.equal(readFileSync(file).includes('Peru'), false)
  {
    await using stage = await start({ CACHE_KEY: 'cd'.repeat(32) })
    assert.equal((await put(stage, chatWire, 'What is TCP?')).headers.get('x-sidelight-cache'), 'miss')
  }
  {
    await using stage = await start()
    // Another key cannot read it, and has put its own in its place.
    assert.equal(
      (await put(stage, chatWire, 'What is the capital of Peru?')).headers.get('x-sidelight-cache'),
      'miss',
    )
  }
  {
    await using stage = await start()
    for (const [question, verdict] of [
      ['What is the capital of Peru?', 'exact'],
      ['what is the capital of peru', 'lexical'],
    ] as const)
      assert.equal((await put(stage, chatWire, question)).headers.get('x-sidelight-cache'), verdict)
    assert.equal(stage.a.requests.length, 0)
  }
  writeFileSync(file, 'broken')
  await using stage = await start()
  assert.equal(
    (await put(stage, chatWire, 'What is the capital of Peru?')).headers.get('x-sidelight-cache'),
    'miss',
  )
})
