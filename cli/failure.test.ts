import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from './commands.ts'
import { isWrongUse } from './failure.ts'

async function codeOf(text: string): Promise<number> {
  const [name = '', ...args] = text.split(' ')
  try {
    return (await commands[name]?.run(args, { SIDELIGHT_LOG_LEVEL: 'silent' })) ?? 0
  } catch (error) {
    return isWrongUse(error) ? 2 : 1
  }
}

test('wrong use is told from what went wrong, whatever the command', async (t) => {
  t.mock.method(process.stderr, 'write', () => true)
  const plain = ['check --x', 'check x', 'policy --x', 'policy x', 'warehouse --x', 'warehouse x', 'up x']
  const later = [
    'ingest --x',
    'ingest --quarantine x',
    'explain --x',
    'explain x',
    'reconcile --x',
    'drill x',
  ]
  const missing = ['warehouse erase', 'warehouse backup', 'warehouse restore', 'warehouse migrate --wait x']
  for (const text of [...plain, ...later, ...missing]) assert.equal(await codeOf(text), 2, text)
  assert.equal(await codeOf('check --config not-there.yaml'), 1)
})
