import assert from 'node:assert/strict'
import { utimes, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '../../contract/config/load.ts'
import { fakeUpstream, httpJson } from '../../testing/fake-upstream.ts'
import { maskingPair } from '../../testing/masking.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { checkMasks } from './check-masks.ts'
import { liveScanner } from './live-scanner.ts'
import { createScanner } from './scan.ts'

test('terms of a file are found from the first request on, and those that are added later as well', async () => {
  await using folder = await tempDir()
  const file = folder.file('terms.txt')
  await writeFile(file, '# customers\nProject Falcon\n')
  const scanner = liveScanner({ dictionaries: [{ type: 'TERM', file, refresh: 20 }] }, createScanner)
  const found = (text: string) =>
    scanner.scan(text).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`)
  assert.deepEqual(found('about Project Falcon and Blue Harvest'), ['TERM Project Falcon'])
  await writeFile(file, 'Project Falcon\nBlue Harvest\n')
  await utimes(file, new Date(), new Date(Date.now() + 5000))
  for (let tries = 0; tries < 200 && found('Blue Harvest').length === 0; tries += 1) await sleep(10)
  assert.deepEqual(found('about Project Falcon and Blue Harvest'), [
    'TERM Project Falcon',
    'TERM Blue Harvest',
  ])
  await scanner.close?.()
})

test('what a recogniser finds is masked as well; one that is late or broken lets nothing through', async () => {
  const jane = { start: 5, end: 13, score: 0.9, entity_type: 'PERSON' }
  await using analyzer = await fakeUpstream(httpJson([jane]))
  const mask = `{ default: mask, note: false, recognizer: { url: '${analyzer.origin}', timeout: 500ms } }`
  await using it = await maskingPair({ mask })
  assert.equal((await it.ask('I am Jane Roe.')).said, 'I am Jane Roe.')
  assert.match(it.upstream.requests[0]?.bodyText ?? '', /I am \[PERSON_1\]\./)
  analyzer.answer([{ stall: true }])
  assert.match((await it.ask('I am Jane Roe.')).text, /mask_failed/)
  analyzer.answer(httpJson({ error: 'x' }, { status: 500 }))
  assert.match((await it.ask('I am Jane Roe.')).text, /mask_failed/)
  assert.equal(it.upstream.requests.length, 1)
})

test('patterns and files that cannot be used are problems of the configuration, unknown types are told', () => {
  const configOf = (mask: string) => parseConfig(`mask: ${mask}`, 'f.yaml', {}).config
  const cases: readonly [mask: string, problem: RegExp][] = [
    ["{ patterns: [{ type: ORDER, regex: '(a' }] }", /mask\.patterns\.0\.regex: it is no regular expression/],
    ["{ patterns: [{ type: ORDER, regex: '(a)\\1' }] }", /mask\.patterns\.0\.regex: back-references/],
    ['{ dictionaries: [{ type: TERM }] }', /mask\.dictionaries\.0: a dictionary needs/],
    [
      '{ dictionaries: [{ type: TERM, file: /nowhere/x }] }',
      /mask\.dictionaries\.0\.file: the file cannot be read/,
    ],
  ]
  for (const [mask, problem] of cases) assert.throws(() => checkMasks(configOf(mask)), problem)
  assert.deepEqual(checkMasks(configOf('{ EMIAL: block, EMAIL_ADDRESS: mask }')), [
    'mask: nothing finds EMIAL, so it changes nothing',
  ])
  assert.deepEqual(checkMasks(configOf("{ ORDER: block, patterns: [{ type: ORDER, regex: 'O-\\d+' }] }")), [])
})
