import assert from 'node:assert/strict'
import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { tempDir } from '../../../testing/temp-dir.ts'
import { FileSource } from './file-source.ts'

function recorder() {
  const offered: string[] = []
  const large: string[] = []
  const visitor = {
    wants: () => true,
    offer: (text: string) => void offered.push(text),
    tooLarge: (mark: string) => void large.push(mark),
  }
  return { offered, large, visitor, signal: new AbortController().signal }
}

test('every JSON file is shown once, and again when it has changed', async () => {
  await using folder = await tempDir()
  const source = new FileSource(folder.path)
  const { offered, visitor, signal } = recorder()
  await writeFile(folder.file('a.json'), 'one')
  await writeFile(folder.file('b.json'), 'two')
  await writeFile(folder.file('c.txt'), 'no')
  await writeFile(folder.file('.d.json'), 'no')
  await writeFile(folder.file('e.json.1.tmp'), 'no')
  await source.look(visitor, signal)
  assert.deepEqual(offered.splice(0).toSorted(), ['one', 'two'])
  await source.look(visitor, signal)
  assert.deepEqual(offered, [])
  await writeFile(folder.file('new'), 'three')
  await rename(folder.file('new'), folder.file('a.json'))
  await source.look(visitor, signal)
  assert.deepEqual(offered.splice(0), ['three'])
  await rm(folder.file('a.json'))
  await source.look(visitor, signal)
  await writeFile(folder.file('a.json'), 'three')
  await source.look(visitor, signal)
  assert.deepEqual(offered, ['three'])
})

test('a mounted folder is swapped by a link', async () => {
  await using folder = await tempDir()
  for (const [name, text] of [
    ['v1', 'old'],
    ['v2', 'new'],
  ] as const) {
    await mkdir(folder.file(name))
    await writeFile(folder.file(`${name}/r.json`), text)
  }
  await symlink(folder.file('v1'), folder.file('data'))
  const source = new FileSource(folder.file('data'))
  const { offered, visitor, signal } = recorder()
  await source.look(visitor, signal)
  await symlink(folder.file('v2'), folder.file('next'))
  await rename(folder.file('next'), folder.file('data'))
  await source.look(visitor, signal)
  assert.deepEqual(offered, ['old', 'new'])
})

test('one that cannot be read keeps nobody from the others, and is a problem of the source', async () => {
  await using folder = await tempDir()
  await mkdir(folder.file('a.json'))
  await writeFile(folder.file('b.json'), 'two')
  const { offered, visitor, signal } = recorder()
  await assert.rejects(new FileSource(folder.path).look(visitor, signal), { code: 'EISDIR' })
  assert.deepEqual(offered, ['two'])
})

test('a folder that is not there is absent; a file in its place is a problem', async () => {
  await using folder = await tempDir()
  const { visitor, signal } = recorder()
  await assert.rejects(new FileSource(folder.file('none')).look(visitor, signal), {
    code: 'ENOENT',
    isAbsent: true,
  })
  await writeFile(folder.file('file'), '')
  await assert.rejects(new FileSource(folder.file('file')).look(visitor, signal), {
    code: 'ENOTDIR',
    isAbsent: false,
  })
})

test('a file of more than 4 MiB is not read', async () => {
  await using folder = await tempDir()
  await writeFile(folder.file('a.json'), '')
  await truncate(folder.file('a.json'), 4 * 1_048_576 + 1)
  const { offered, large, visitor, signal } = recorder()
  await new FileSource(folder.path).look(visitor, signal)
  assert.deepEqual([offered.length, large.length], [0, 1])
})
