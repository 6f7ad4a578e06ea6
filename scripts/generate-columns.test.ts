import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { derivedTables } from '../contract/tables/derived.ts'
import { writtenTables } from '../contract/tables/written.ts'
import { migrations, tablesOf } from '../ingest/migrations/all.ts'
import { parseColumns } from '../ingest/migrations/ddl.ts'
import { columnsFile, columnsPage, meaningOf } from './generate-columns.ts'

test('the reference page is what the columns say; else run `npm run schema`', () => {
  assert.equal(readFileSync(columnsFile, 'utf8'), columnsPage())
})

test('each table of the warehouse is in the page, with a row for each column', () => {
  const page = columnsPage()
  const derived = tablesOf(migrations).filter(({ name }) => !(name in writtenTables))
  assert.deepEqual(derived.map(({ name }) => name).sort(), Object.keys(derivedTables).sort())
  const count =
    Object.values(writtenTables).flatMap((table) => Object.keys(table)).length +
    derived.flatMap(({ columns }) => parseColumns(columns)).length
  assert.equal((page.match(/^\| `/gm) ?? []).length, count)
})

test('each column of a sum has a meaning', () => {
  for (const { name: table, columns } of tablesOf(migrations)) {
    if (!(table in derivedTables)) continue
    for (const { name } of parseColumns(columns)) assert.ok(meaningOf(name), `${table}.${name}`)
  }
})
