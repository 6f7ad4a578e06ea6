import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { livenessOf, thisProcess } from './owner.ts'

test('this process is alive, and knows itself again', () => {
  assert.deepEqual(thisProcess(), thisProcess())
  assert.equal(livenessOf(thisProcess(), thisProcess()), 'alive')
})

test('an earlier process with our id is dead: containers count ids from 1 again', () => {
  assert.equal(livenessOf({ ...thisProcess(), start: '1' }, thisProcess()), 'dead')
})

test('of a process on another machine or in another container nothing can be said', () => {
  assert.equal(livenessOf({ ...thisProcess(), machine: '00000000' }, thisProcess()), 'unknown')
})

test('another process is alive until it ends', { skip: process.platform !== 'linux' }, async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  const { pid } = child
  assert.ok(pid !== undefined)
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const start = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]).toString(36)
  const owner = { ...thisProcess(), pid, start }
  assert.equal(livenessOf(owner, thisProcess()), 'alive')
  assert.equal(livenessOf({ ...owner, start: '1' }, thisProcess()), 'dead', 'its id was used before')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(livenessOf(owner, thisProcess()), 'dead')
})
