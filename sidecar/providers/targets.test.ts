import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testCandidate } from '../../testing/targets.ts'

const targetsOf = (yaml: string, environment: Record<string, string> = {}) =>
  testCandidate({ yaml, environment }).provider.targets

test('without a list a provider is its own only target', () => {
  const [only, ...others] = targetsOf('region: eu')
  assert.deepEqual(others, [])
  assert.deepEqual([only?.name, only?.isOnly, only?.settings.region], ['default', true, 'eu'])
})

test('an entry is the provider with what it says in its place', () => {
  const targets = targetsOf(
    'keyEnv: A, region: us, headers: { x-team: t }, targets: [{ keyEnv: B }, { baseUrl: http://eu/v1, region: eu }]',
    { A: 'key-a', B: 'key-b' },
  )
  assert.deepEqual(
    targets.map(({ settings }) => [settings.key, settings.baseUrl, settings.region, settings.headers]),
    [
      ['key-b', 'http://127.0.0.1:9/v1', 'us', { 'x-team': 't' }],
      ['key-a', 'http://eu/v1', 'eu', { 'x-team': 't' }],
    ],
  )
})

test('a target is called as it is told, else by its region, else by its place', () => {
  const names = (yaml: string) => targetsOf(`targets: [${yaml}]`).map(({ name }) => name)
  assert.deepEqual(names('{ region: eu }, { region: us }, { keyEnv: K }'), ['eu', 'us', '3'])
  assert.deepEqual(names('{ region: eu }, { region: eu, keyEnv: K }'), ['1', '2'])
  assert.deepEqual(names('{ name: eu, keyEnv: K }, { region: eu }'), ['eu', '2'])
  assert.deepEqual(names('{ name: main, region: eu }, { region: us }'), ['main', 'us'])
})

test('a reload that changes nothing of a target keeps what was learned of it', () => {
  const ids = (yaml: string) => targetsOf(yaml).map(({ id }) => id)
  const two = 'targets: [{ keyEnv: A }, { keyEnv: B }]'
  assert.deepEqual(ids(two), ids(`${two}, zeroRetention: true`))
  assert.notEqual(ids(two)[0], ids('targets: [{ keyEnv: C }, { keyEnv: B }]')[0])
  assert.equal(new Set(ids(two)).size, 2)
})

test('nothing that is shown of a target holds its key', () => {
  const [target] = targetsOf('targets: [{ keyEnv: A }]', { A: 'sk-secret' })
  assert.doesNotMatch(JSON.stringify([target?.name, target?.id, target?.seed]), /sk-secret/)
})

test('a target knows whether its key is there', () => {
  const has = (yaml: string) => targetsOf(yaml, { A: 'k' }).map(({ hasKey }) => hasKey)
  assert.deepEqual(has('targets: [{ keyEnv: A }, { keyEnv: NOT_SET }]'), [true, false])
  assert.deepEqual(has('keyEnv: NOT_SET, auth: forward, targets: [{ keyEnv: A }, {}]'), [true, true])
})
