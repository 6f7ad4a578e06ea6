import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { spooledTables } from '../contract/record.ts'
import { columnsFile, columnsPage } from './generate-columns.ts'

test('the reference page is what the columns say; else run `npm run schema`', () => {
  assert.equal(readFileSync(columnsFile, 'utf8'), columnsPage())
})

test('each column has its row in the page', () => {
  const rows = columnsPage().match(/^\| `/gm) ?? []
  const columns = Object.values(spooledTables).flatMap((table) => Object.keys(table))
  assert.equal(rows.length, columns.length)
})
