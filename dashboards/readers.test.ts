import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { rules } from './alerts/all.ts'
import { annotations } from './catalog/annotations.ts'
import { panels } from './catalog/catalog.ts'
import { valuesSql } from './catalog/values.ts'
import { params } from './dialects/params.ts'
import { multiVariables } from './dialects/variables.ts'

const users = readFileSync(
  join(import.meta.dirname, '..', 'examples', 'clickhouse', 'users.d', 'grafana.xml'),
  'utf8',
)
const grants = new Map(
  [...users.matchAll(/GRANT SELECT(\([^)]*\))? ON sidelight\.(\w+)</g)].map(([, columns, table = '']) => [
    table,
    columns,
  ]),
)
const statements = [
  ...panels.map(({ sql }) => sql(params)),
  ...annotations.map(({ sql }) => sql(params)),
  ...multiVariables.map((name) => valuesSql(name)(params)),
  ...rules.map(({ sql }) => sql),
]

test('Grafana’s user may read every table that a statement reads, and no text of prompts, answers or users', () => {
  const read = new Set(
    statements.flatMap((sql) => [...sql.matchAll(/sidelight\.(\w+)/g)].map(([, table = '']) => table)),
  )
  assert.deepEqual(
    [...read].filter((table) => !grants.has(table)),
    [],
  )
  assert.equal(grants.has('contents'), false)
  assert.doesNotMatch(grants.get('feedback') ?? 'comment', /comment/)
  assert.doesNotMatch(statements.join('\n'), /\bcomment\b/)
})

test('it can only read, within limits of which it may change two', () => {
  assert.match(users, /<readonly>1<\/readonly>/)
  const changeable = [...users.matchAll(/<(\w+)>\s*<changeable_in_readonly\/>/g)].map(([, name]) => name)
  assert.deepEqual(changeable, ['max_execution_time', 'additional_table_filters'])
  assert.doesNotMatch(users, /GRANT (?!SELECT)|<password>[^<]/)
})
