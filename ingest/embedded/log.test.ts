import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from './log.ts'

function lineOf(format: 'json' | 'text'): string {
  const lines: string[] = []
  const log = createLog({ level: 'info', format, write: (line) => void lines.push(line), nowMs: () => 0 })
  log.warn('it is late', { port: 4102, reason: 'nobody\n\u001b[31mthere', left: undefined })
  return lines.join('')
}

test('a terminal gets lines of text, programs get JSON, and no value ends a line', () => {
  assert.equal(lineOf('text'), '00:00:00.000 warn  it is late port=4102 reason="nobody\\n\\u001b[31mthere"\n')
  assert.deepEqual(JSON.parse(lineOf('json')), {
    time: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    message: 'it is late',
    port: 4102,
    reason: 'nobody\n\u001b[31mthere',
  })
})
