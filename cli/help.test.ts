import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from './commands.ts'
import { helpText } from './help.ts'
import { wrap, wrapFor } from './wrap.ts'

const widest = (text: string) => Math.max(...text.split('\n').map(({ length }) => length))

test('no help is wider than a terminal, and each command has its own', () => {
  for (const about of [undefined, ...Object.keys(commands)])
    assert.ok(widest(helpText(commands, about)) <= 80)
  for (const name of Object.keys(commands).filter((name) => name !== 'help' && name !== 'version'))
    assert.match(helpText(commands, name), new RegExp(`^sidelight ${name}: [^]*\n\nUsage: sidelight ${name}`))
})

test('the overview names every variable of the environment', () => {
  for (const name of ['LISTEN', 'ADMIN', 'WAREHOUSE_LISTEN', 'WAREHOUSE_URL', 'STATE_DIR', 'LOG_LEVEL'])
    assert.match(helpText(commands), new RegExp(`^ {2}SIDELIGHT_${name} `, 'm'))
  assert.match(helpText(commands), /SIDELIGHT_INGEST_TOKEN/)
})

test('long lines are broken at spaces and indented; a long word and a program get whole ones', () => {
  assert.equal(wrap('Note       one two three', 19, 11), 'Note       one two\n           three')
  assert.equal(
    wrap('Note       unbreakable-word and more', 14, 11),
    'Note       unbreakable-word\n           and\n           more',
  )
  assert.equal(wrap('short', 20, 4), 'short')
  assert.equal(wrapFor('a b c\nd e f', { isTTY: true, columns: 3 }, 1), 'a b\n c\nd e\n f')
  assert.equal(wrapFor('a b c', { columns: 3 }, 1), 'a b c')
})
