import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { parseConfig } from './load.ts'
import { printable } from './print.ts'
import { durationText, percentageText, sizeText } from './units.ts'

test('what is printed reads back as the same configuration', () => {
  const file = join(import.meta.dirname, '..', '..', 'examples', 'sidelight.yaml')
  for (const yaml of ['', readFileSync(file, 'utf8'), 'timeouts: { headers: 90s, connect: 1500ms }']) {
    const { config } = parseConfig(yaml, 'f.yaml', {})
    assert.deepEqual(parseConfig(stringify(printable(config)), 'again.yaml', {}).config, config)
  }
})

test('passwords, queries of addresses and values of headers are hidden', () => {
  const { config } = parseConfig(
    [
      'warehouse: { url: "https://user:${PW}@host:8443?token=abcd" }',
      'providers: { a: { kind: openai, baseUrl: "https://u:hunter2@h/v1", headers: { x-key: hunter2 } } }',
    ].join('\n'),
    'f.yaml',
    { PW: 'hunter2' },
  )
  const text = stringify(printable(config))
  assert.doesNotMatch(text, /hunter2|abcd/)
  assert.match(text, /https:\/\/user:\*\*\*@host:8443\?\*\*\*/)
  assert.match(text, /x-key: "?\*\*\*/)
})

test('units are the largest that need no fraction', () => {
  assert.deepEqual([0, 500, 90_000, 7_200_000, 86_400_000].map(durationText), [
    '0ms',
    '500ms',
    '90s',
    '2h',
    '1d',
  ])
  assert.deepEqual([0, 64_000, 33_554_432, 1_073_741_824, 7].map(sizeText), [
    '0B',
    '64kB',
    '32MiB',
    '1GiB',
    '7B',
  ])
  assert.deepEqual([0.02, 0.07, 0.1, 1].map(percentageText), ['2%', '7%', '10%', '100%'])
})
