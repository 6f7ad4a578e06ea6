import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineMissing, loadBinding } from './engine.ts'

test('a machine without the engine is told what to do instead', () => {
  const load = () => {
    throw new Error('chdb: no native binding for win32-x64')
  }
  assert.throws(
    () => loadBinding(load),
    (error: unknown) => {
      assert.ok(error instanceof EngineMissing)
      assert.match(error.message, /Set `warehouse\.url` to a ClickHouse server instead.*win32-x64/)
      return true
    },
  )
})

test('a binding that lacks a function is none', () => {
  assert.throws(() => loadBinding(() => ({ CreateConnection: () => ({}) })), /has no CloseConnection, Query/)
})
