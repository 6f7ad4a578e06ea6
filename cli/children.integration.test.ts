import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '../sidecar/observe/log.ts'
import { nodeCommand } from '../testing/spawn.ts'
import { type ChildOptions, superviseChild } from './children.ts'

function supervised(script: string, more: Partial<ChildOptions> = {}) {
  const lines: string[] = []
  const log = createLog({
    level: 'debug',
    format: 'json',
    write: (line) => void lines.push(line),
    nowMs: Date.now,
  })
  const child = superviseChild({
    name: 'child',
    command: { program: nodeCommand, args: ['-e', script], env: {}, cwd: import.meta.dirname },
    log,
    ready: /^ready (.*)$/,
    stopMs: 5000,
    ...more,
  })
  return { child, lines }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !isSo(); tries += 1) await sleep(20)
  assert.equal(isSo(), true)
}

test('one that waits for its next start is not started after it was let go', async () => {
  const { child, lines } = supervised('process.exit(1)')
  await until(() => lines.length === 1)
  child.letGo()
  await sleep(700)
  assert.equal(child.starts(), 1)
  await child.stop()
})

test('one that dies of the signal that ends its parent too is no news', async () => {
  const script = 'setInterval(() => {}, 1000)'
  const { child, lines } = supervised(`${script}; console.log('ready ' + process.pid)`)
  await until(() => Number(child.address()) > 1)
  child.letGo()
  process.kill(Number(child.address()), 'SIGINT')
  await until(() => child.address() === undefined)
  await sleep(100)
  assert.deepEqual(lines, [])
  assert.equal(child.starts(), 1)
})

test('what is taken at the first start is tried a few times and then refused; later it is waited for', async () => {
  const taken = { 69: 'it is taken' }
  const first = supervised('process.exit(69)', { taken })
  assert.equal(await first.child.refused, 'it is taken')
  assert.deepEqual([first.child.starts(), first.lines], [3, []])
  const later = supervised("console.log('ready 1'); setTimeout(() => process.exit(69), 50)", { taken })
  await until(() => later.lines.length === 1)
  assert.match(later.lines[0] ?? '', /child ended; starting it again.*"code":69.*it is taken/)
  await later.child.stop()
})
