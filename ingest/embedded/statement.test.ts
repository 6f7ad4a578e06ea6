import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { tokensOf } from './lexer.ts'
import { readStatement, statementHash } from './statement.ts'

test('the kind is told through blanks, comments and brackets', () => {
  const kinds = [
    ['SELECT 1', 'select'],
    ['/* SELECT */ -- x\n DROP TABLE x', 'drop'],
    ['# a comment\nshow tables', 'show'],
    ['(SELECT 1)', 'select'],
    ['WITH 1 AS x SELECT x', 'select'],
    ['insert into t values (1)', 'insert'],
    ['', 'empty'],
    ['-- nothing', 'empty'],
    ['4711', 'other'],
  ] as const
  for (const [sql, kind] of kinds) assert.equal(readStatement(sql).kind, kind, sql)
})

test('a format is the last word, not one in a text', () => {
  assert.equal(readStatement('SELECT 1 FORMAT JSON').format, 'JSON')
  assert.equal(readStatement('SELECT 1 format/**/CSV ; -- FORMAT TSV').format, 'CSV')
  assert.equal(readStatement("SELECT 'x FORMAT JSON'").format, undefined)
  assert.equal(readStatement('SELECT `format` JSON').format, undefined)
  assert.equal(readStatement('SELECT format FROM t').format, undefined)
})

test('rows begin behind the format and one end of line, or behind VALUES', () => {
  const rowsOf = (sql: string) => {
    const { rows } = readStatement(sql)
    return rows === undefined ? undefined : [rows.format, sql.slice(rows.dataAt)]
  }
  assert.deepEqual(rowsOf('INSERT INTO t FORMAT CSV\n1\n'), ['CSV', '1\n'])
  assert.deepEqual(rowsOf('INSERT INTO t FORMAT CSV \r\n\n1'), ['CSV', '\n1'])
  assert.deepEqual(rowsOf('INSERT INTO t (a, format, values) VALUES (1)'), ['Values', ' (1)'])
  assert.deepEqual(rowsOf('INSERT INTO t FORMAT Values (1)'), ['Values', '(1)'])
  assert.deepEqual(rowsOf("INSERT INTO `t VALUES` SETTINGS a = 'x' FORMAT TSV\n1"), ['TSV', '1'])
  assert.equal(rowsOf('INSERT INTO t SELECT 1 FORMAT CSV'), undefined)
  assert.equal(rowsOf('INSERT INTO t WITH 1 AS x SELECT x'), undefined)
  assert.equal(rowsOf('SELECT 1 FORMAT CSV'), undefined)
})

test('a file to read from stands before the settings', () => {
  const sql = "INSERT INTO t (a) SETTINGS b = 1, c = 'FORMAT X' FORMAT TSV\n1"
  const { rows } = readStatement(sql)
  assert.equal(sql.slice(0, rows?.at), 'INSERT INTO t (a) ')
  assert.equal(sql.slice(rows?.at, rows?.formatAt), "SETTINGS b = 1, c = 'FORMAT X' ")
})

test('the hash is of the words, not of the values', () => {
  const hash = statementHash("SELECT name FROM t WHERE id = 1 AND x = 'a''b'")
  assert.equal(statementHash("select  name from t\nwhere id = 22.5e-3 and x = '' -- other"), hash)
  assert.notEqual(statementHash("SELECT name FROM t WHERE id = 1 OR x = 'a'"), hash)
})

test('whatever is sent, tokens are in order, within the text, and found in a time that grows with it', () => {
  const random = seededRandom(7)
  const pieces = [
    "'",
    '"',
    '`',
    '\\',
    '--',
    '/*',
    '*/',
    '$$',
    '$a$',
    '#',
    '\n',
    ' ',
    '(',
    ')',
    'x',
    '1',
    '.',
    ';',
    'é',
    '\0',
  ]
  for (let round = 0; round < 500; round += 1) {
    const sql = Array.from({ length: 40 }, () => random.pick(pieces)).join('')
    let end = 0
    for (const token of tokensOf(sql)) {
      assert.ok(token.at >= end && token.end > token.at && token.end <= sql.length)
      assert.equal(sql.slice(token.at, token.end), token.text)
      end = token.end
    }
  }
  for (const piece of pieces) assert.ok([...tokensOf(piece.repeat(100_000))].length <= 100_000)
})
