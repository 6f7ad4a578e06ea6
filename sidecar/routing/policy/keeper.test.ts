import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { ReadPolicy } from '../../../contract/policy/read.ts'
import { policyKeys, testPolicy } from '../../../testing/policies.ts'
import { tempDir } from '../../../testing/temp-dir.ts'
import { createLog } from '../../observe/log.ts'
import { type KnownRoutes, PolicyKeeper } from './keeper.ts'
import type { PolicyText } from './policies.ts'
import { PolicyStore } from './store.ts'

const startMs = Date.UTC(2026, 10, 28, 12)
const routes: KnownRoutes = new Map([['r', new Set(['a', 'b'])]])

async function fixture(own: { publicKey?: ReturnType<typeof policyKeys>['publicKey'] } = {}) {
  const folder = await tempDir()
  const clock = { nowMs: startMs }
  const logged: string[] = []
  const log = createLog({
    level: 'debug',
    format: 'text',
    write: (line) => void logged.push(line),
    nowMs: () => 0,
  })
  const store = new PolicyStore(folder.file('policy'))
  const open = async () => {
    const keeper = new PolicyKeeper({ store, log, nowMs: () => clock.nowMs, publicKey: own.publicKey })
    await keeper.load()
    keeper.configured(routes, own.publicKey)
    return keeper
  }
  const applied: (readonly PolicyText[])[] = []
  return {
    folder,
    clock,
    logged,
    open,
    keeper: await open(),
    applied,
    apply: async (policies: readonly PolicyText[]) => void applied.push(policies),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const versions = (keeper: PolicyKeeper) => keeper.inForce().map(({ version }) => version)
const counts = (keeper: PolicyKeeper) => Object.fromEntries(keeper.refusals.counts())
const headOf = ({ document, text }: ReadPolicy) => ({
  route: document.route,
  version: document.version,
  id: document.id,
  bytes: text.length,
})

/** As a source shows it: newest first, documents where they are wanted. */
function show(keeper: PolicyKeeper, ...policies: readonly ReadPolicy[]): number[] {
  const visitor = keeper.visitor('warehouse')
  const brought: number[] = []
  for (const policy of policies) {
    if (!visitor.wants(headOf(policy))) continue
    brought.push(policy.document.version)
    visitor.offer(policy.text, headOf(policy))
  }
  return brought
}

test('a newer policy takes the place of the one in force; an older or another of the same version does not', async () => {
  await using f = await fixture()
  const { keeper } = f
  show(keeper, testPolicy({ version: 3 }))
  assert.deepEqual(versions(keeper), [3])
  show(keeper, testPolicy({ version: 2 }))
  assert.deepEqual(versions(keeper), [3])
  show(keeper, testPolicy({ version: 3, default: { a: 1 } }))
  assert.deepEqual(versions(keeper), [3])
  assert.equal(keeper.inForce()[0]?.default['a'], 0.5)
  show(keeper, testPolicy({ version: 4, default: { a: 1 } }))
  assert.deepEqual(versions(keeper), [4])
  assert.deepEqual(counts(keeper), { not_newer: 2 })
})

test('a rollback is a new version with old weights', async () => {
  await using f = await fixture()
  show(f.keeper, testPolicy({ version: 1, default: { a: 1 } }))
  show(f.keeper, testPolicy({ version: 2, default: { b: 1 } }))
  show(f.keeper, testPolicy({ version: 3, parent: 1, default: { a: 1 } }))
  assert.deepEqual({ ...f.keeper.inForce()[0]?.default }, { a: 1 })
  assert.deepEqual(counts(f.keeper), {})
})

test('a document is brought once, and refused, told and counted once, however often it is shown', async () => {
  await using f = await fixture()
  const good = testPolicy({ version: 5 })
  const bad = testPolicy({ version: 6, default: { elsewhere: 1 } })
  assert.deepEqual(show(f.keeper, bad, good), [6, 5])
  for (let look = 0; look < 5; look += 1) assert.deepEqual(show(f.keeper, bad, good), [])
  assert.deepEqual(counts(f.keeper), { no_candidate: 1 })
  assert.equal(f.logged.filter((line) => line.includes('refused')).length, 1)
})

test('older versions of the history are neither brought nor counted', async () => {
  await using f = await fixture()
  const history = [4, 3, 2, 1].map((version) => testPolicy({ version }))
  assert.deepEqual(show(f.keeper, ...history), [4])
  assert.deepEqual(counts(f.keeper), {})
})

test('an older one that is all there is counts: someone has put an old backup in place', async () => {
  await using f = await fixture()
  show(f.keeper, testPolicy({ version: 4 }))
  show(f.keeper, testPolicy({ version: 3 }), testPolicy({ version: 2 }))
  assert.deepEqual(versions(f.keeper), [4])
  assert.deepEqual(counts(f.keeper), { not_newer: 1 })
})

test('what is in a row must be what the row says', async () => {
  await using f = await fixture()
  const visitor = f.keeper.visitor('warehouse')
  const [said, brought] = [testPolicy({ version: 9 }), testPolicy({ version: 1 })]
  visitor.offer(brought.text, headOf(said))
  assert.deepEqual(versions(f.keeper), [])
  assert.deepEqual(counts(f.keeper), { id_mismatch: 1 })
  assert.equal(f.keeper.visitor('warehouse').wants(headOf(said)), false)
  assert.equal(f.keeper.visitor('warehouse').wants(headOf(brought)), true)
})

test('one that is too large is not even brought', async () => {
  await using f = await fixture()
  const head = { ...headOf(testPolicy()), bytes: 5 * 1_048_576 }
  assert.equal(f.keeper.visitor('warehouse').wants(head), false)
  assert.deepEqual(counts(f.keeper), { too_large: 1 })
})

test('a policy for later is held, also over a restart of its source, and comes into force at its time', async () => {
  await using f = await fixture()
  const now = testPolicy({ version: 1 })
  const later = testPolicy({ version: 2, not_before: new Date(startMs + 60_000).toISOString() })
  assert.deepEqual(show(f.keeper, later, now), [2, 1])
  assert.deepEqual(show(f.keeper, later, now), [])
  assert.deepEqual(versions(f.keeper), [1])
  assert.deepEqual(
    f.keeper.held().map(({ version }) => version),
    [2],
  )
  f.clock.nowMs += 59_999
  for (let second = 0; second < 5; second += 1) f.keeper.promote()
  assert.equal(f.logged.filter((line) => line.includes('held')).length, 1)
  assert.deepEqual(versions(f.keeper), [1])
  f.clock.nowMs += 1
  f.keeper.promote()
  assert.deepEqual(versions(f.keeper), [2])
  assert.deepEqual(f.keeper.held(), [])
  assert.deepEqual(counts(f.keeper), {})
})

test('of several held ones each has its time, and one that was overtaken is refused', async () => {
  await using f = await fixture()
  const at = (version: number, afterMs: number) =>
    testPolicy({ version, not_before: new Date(startMs + afterMs).toISOString() })
  show(f.keeper, at(4, 1000), at(3, 3000), at(2, 500))
  f.clock.nowMs += 600
  f.keeper.promote()
  assert.deepEqual(versions(f.keeper), [2])
  f.clock.nowMs += 600
  f.keeper.promote()
  assert.deepEqual(versions(f.keeper), [4])
  f.clock.nowMs += 3000
  f.keeper.promote()
  assert.deepEqual(versions(f.keeper), [4])
  assert.deepEqual(counts(f.keeper), { not_newer: 1 })
})

test('held policies are bounded: the newest are kept', async () => {
  await using f = await fixture()
  const not_before = new Date(startMs + 1000).toISOString()
  for (let version = 1; version <= 50; version += 1) show(f.keeper, testPolicy({ version, not_before }))
  assert.deepEqual(
    f.keeper.held().map(({ version }) => version),
    [50, 49, 48, 47, 46, 45, 44, 43],
  )
})

test('the policy of a route that is not there is refused, and welcome once the route is', async () => {
  await using f = await fixture()
  const policy = testPolicy({ route: 'later' })
  assert.deepEqual(show(f.keeper, policy), [])
  assert.deepEqual(counts(f.keeper), { unknown_route: 1 })
  f.keeper.configured(new Map([...routes, ['later', new Set(['a'])]]), undefined)
  assert.deepEqual(show(f.keeper, policy), [1])
  assert.equal(f.keeper.inForce()[0]?.route, 'later')
})

test('what is in force is handed on once and kept on disk for the next start', async () => {
  await using f = await fixture()
  show(f.keeper, testPolicy({ version: 2 }))
  await f.keeper.flush(f.apply)
  await f.keeper.flush(f.apply)
  assert.equal(f.applied.length, 1)
  assert.equal(f.applied[0]?.[0]?.origin, 'warehouse')
  const again = await f.open()
  assert.deepEqual(versions(again), [2])
  assert.equal(again.current()[0]?.origin, 'last_good')
  // The source confirms it: from then on that is where it comes from.
  assert.deepEqual(show(again, testPolicy({ version: 2 })), [])
  assert.equal(again.current()[0]?.origin, 'warehouse')
})

test('flushes at the same time write one after the other', async () => {
  await using f = await fixture()
  show(f.keeper, testPolicy({ version: 2 }))
  await Promise.all([f.keeper.flush(f.apply), f.keeper.flush(f.apply), f.keeper.flush(f.apply)])
  assert.equal(f.keeper.storeFailures(), 0)
  assert.deepEqual(await readdir(f.folder.file('policy')), ['r.json'])
})

test('workers that cannot be told are told at the next chance', async () => {
  await using f = await fixture()
  show(f.keeper, testPolicy())
  await f.keeper.flush(() => Promise.reject(new Error('no worker answers')))
  await f.keeper.flush(f.apply)
  assert.equal(f.applied.length, 1)
})

test('a last good policy that is corrupt, forged or of another key is ignored and counted; the others hold', async () => {
  const keys = policyKeys()
  await using f = await fixture({ publicKey: keys.publicKey })
  const directory = f.folder.file('policy')
  await mkdir(directory)
  const put = (name: string, text: string) => writeFile(`${directory}/${name}.json`, text)
  const sound = testPolicy({ version: 3 }, keys.privateKey).text
  await put('sound', sound)
  await put('torn', testPolicy({ route: 'x' }, keys.privateKey).text.slice(0, 200))
  await put('empty', '')
  await put(
    'changed',
    testPolicy({ route: 'y' }, keys.privateKey).text.replace('0.5', '0.4').replace('0.5', '0.6'),
  )
  await put('unsigned', testPolicy({ route: 'z' }).text)
  await put('foreign', testPolicy({ route: 'w' }, policyKeys().privateKey).text)
  await writeFile(`${directory}/r.json.77.tmp`, 'left by a crash')
  const keeper = await f.open()
  assert.deepEqual(
    keeper.inForce().map(({ route, version }) => [route, version]),
    [['r', 3]],
  )
  assert.deepEqual(counts(keeper), { invalid: 2, id_mismatch: 1, signature: 2 })
})

test('a disk that fails keeps no policy from its work, and is told once', async () => {
  await using f = await fixture()
  await writeFile(f.folder.file('policy'), 'a file where the folder should be')
  show(f.keeper, testPolicy())
  await f.keeper.flush(f.apply)
  await f.keeper.flush(f.apply)
  assert.equal(f.applied.length, 1)
  assert.equal(f.keeper.storeFailures(), 2)
  assert.equal(f.logged.filter((line) => line.includes('cannot be kept')).length, 1)
})

test('with another key configured, what it did not sign is out of force', async () => {
  const keys = policyKeys()
  await using f = await fixture()
  show(f.keeper, testPolicy({ version: 7 }))
  f.keeper.configured(routes, keys.publicKey)
  assert.deepEqual(versions(f.keeper), [])
  show(f.keeper, testPolicy({ version: 1 }, keys.privateKey))
  assert.deepEqual(versions(f.keeper), [1])
  assert.deepEqual(counts(f.keeper), { signature: 1 })
})

test('a forged signature changes nothing', async () => {
  const keys = policyKeys()
  await using f = await fixture({ publicKey: keys.publicKey })
  show(f.keeper, testPolicy({ version: 1 }, keys.privateKey))
  show(
    f.keeper,
    testPolicy({ version: 2 }, policyKeys().privateKey),
    testPolicy({ version: 1 }, keys.privateKey),
  )
  assert.deepEqual(versions(f.keeper), [1])
  await f.keeper.flush(f.apply)
  assert.equal(JSON.parse(await readFile(f.folder.file('policy/r.json'), 'utf8')).version, 1)
  assert.deepEqual(counts(f.keeper), { signature: 1 })
})

test('no log line shows what a document holds', async () => {
  await using f = await fixture()
  const visitor = f.keeper.visitor('file')
  visitor.offer('{"schema":1,"secret":"sesame"')
  visitor.offer(testPolicy().text.replace('"s1"', '"sesame"'))
  visitor.offer(testPolicy({ default: { sesame: 1 } }).text)
  assert.equal(f.logged.filter((line) => line.includes('refused')).length, 3)
  assert.ok(!f.logged.join('').includes('sesame'))
})
