import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksumOf, migrations } from './all.ts'
import { type Applied, objection } from './history.ts'
import type { Migration } from './step.ts'

const applied = (target = 'server'): Applied[] =>
  migrations.map((migration) => ({
    version: migration.version,
    name: migration.name,
    checksum: checksumOf(migration),
    target,
  }))

test('versions count from one without a gap', () => {
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, index) => index + 1),
  )
})

test('a schema that is the same or older is gone on with', () => {
  assert.equal(objection([], migrations, 'server'), undefined)
  assert.equal(objection(applied(), migrations, 'server'), undefined)
  assert.equal(objection(applied().slice(0, 2), migrations, 'embedded'), undefined)
})

test('a newer schema is left alone, with what to do', () => {
  const future = [...applied(), { version: 99, name: 'later', checksum: 'x', target: 'server' }]
  assert.match(
    objection(future, migrations, 'server') ?? '',
    /has schema 99, .* knows up to \d+: use the version/,
  )
})

test('a step that was applied in another form is named', () => {
  const changed = applied().map((row) => (row.version === 2 ? { ...row, checksum: 'other' } : row))
  assert.match(objection(changed, migrations, 'server') ?? '', /step 2 \(usage\) was applied in another form/)
})

test('a cluster and a single server are not confused', () => {
  assert.match(objection(applied('server'), migrations, 'cluster') ?? '', /made for server, not for cluster/)
  assert.match(objection(applied('cluster'), migrations, 'embedded') ?? '', /made for cluster/)
})

test('a checksum sees every word and no indentation', () => {
  const one = (select: string): Migration => ({
    version: 1,
    name: 'x',
    steps: [{ kind: 'view', name: 'v', select }],
  })
  assert.equal(checksumOf(one('SELECT 1\n  FROM t')), checksumOf(one(' SELECT 1 FROM t\n')))
  assert.notEqual(checksumOf(one('SELECT 1 FROM t')), checksumOf(one('SELECT 2 FROM t')))
})
