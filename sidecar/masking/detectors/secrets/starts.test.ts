import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStarts } from './starts.ts'

test('literals, groups and classes all lead to the beginnings they allow', () => {
  const starts = createStarts(['sk-(?:a|b)', '(?:AK|AS)IA', 'gh[po]_', 's\\.(?=x)[ab]', 'g(?:lp|ld)-'])
  const all = ['sk-x', 'AKIA', 'ASIA', 'ghp_', 'gho_', 's.a', 's.b', 'glp-', 'gld-']
  for (const text of all) assert.ok(starts.isAt(text, 0), text)
  for (const text of ['the', 'sk', 'é12', '']) assert.ok(!starts.isAt(text, 0), text)
})

test('a key does not begin behind what could belong to it', () => {
  const starts = createStarts(['sk-x'])
  for (const text of ['ask-x', '_sk-x', '-sk-x', '~sk-x']) assert.ok(!starts.isAt(text, 1), text)
  for (const text of [' sk-x', '"sk-x', 'ésk-x']) assert.ok(starts.isAt(text, 1), text)
})
