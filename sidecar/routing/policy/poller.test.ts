import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '../../observe/log.ts'
import { PolicyPoller, paceMs } from './poller.ts'
import { type PolicySource, type PolicyVisitor, SourceProblem } from './source.ts'

type Look = PolicySource['look']

function polling(look: Look, own: { lookMs?: number; troubleMs?: number; everyMs?: number } = {}) {
  const logged: string[] = []
  const offered: string[] = []
  let looks = 0
  const poller = new PolicyPoller({
    source: {
      name: 'file',
      look: (visitor, signal) => {
        looks += 1
        return look(visitor, signal)
      },
      close: async () => {},
    },
    everyMs: own.everyMs ?? 5,
    visitor: (): PolicyVisitor => ({
      wants: () => true,
      offer: (text) => void offered.push(text),
      tooLarge: () => {},
    }),
    looked: async () => {},
    log: createLog({
      level: 'debug',
      format: 'text',
      write: (line) => void logged.push(line),
      nowMs: () => 0,
    }),
    random: () => 0.5,
    lookMs: own.lookMs ?? 1000,
    troubleMs: own.troubleMs ?? 0,
  })
  poller.start()
  return {
    poller,
    logged,
    offered,
    looks: () => looks,
    /** Until it holds, or five seconds are over. */
    async until(holds: () => boolean) {
      for (let tries = 0; !holds() && tries < 500; tries += 1) await sleep(10)
      assert.ok(holds(), logged.join(''))
    },
    [Symbol.asyncDispose]: () => poller.stop(),
  }
}

test('a source is looked at again and again, and told of once for each change of its state', async () => {
  let fails = false
  await using p = polling(async () => {
    if (fails) throw new SourceProblem('ECONNREFUSED')
  })
  await p.until(() => p.looks() > 3)
  assert.equal(p.poller.state().state, 'up')
  assert.deepEqual(p.logged, [])
  fails = true
  await p.until(() => p.poller.state().state === 'down')
  const before = p.looks()
  await p.until(() => p.looks() > before + 5)
  assert.equal(p.logged.length, 1)
  assert.match(p.logged[0] ?? '', /warn +the source of policies cannot be read.*code=ECONNREFUSED/)
  fails = false
  await p.until(() => p.poller.state().state === 'up')
  const after = p.looks()
  await p.until(() => p.looks() > after + 3)
  assert.equal(p.logged.length, 2)
  assert.match(p.logged[1] ?? '', /answers again/)
})

test('a trouble that is soon over is not told', async () => {
  let looks = 0
  await using p = polling(
    async () => {
      looks += 1
      if (looks < 4) throw new SourceProblem('ECONNREFUSED')
    },
    { troubleMs: 60_000 },
  )
  await p.until(() => p.poller.state().state === 'up')
  assert.deepEqual(p.logged, [])
})

test('a table that is not there yet is no trouble', async () => {
  await using p = polling(() => Promise.reject(new SourceProblem('UNKNOWN_TABLE', true)))
  await p.until(() => p.looks() > 3)
  assert.equal(p.poller.state().state, 'absent')
  assert.equal(p.logged.length, 1)
  assert.match(p.logged[0] ?? '', /debug/)
})

test('a source that hangs is down, gets no second look meanwhile, and what it brings late counts for nothing', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let isFirst = true
  await using p = polling(
    async (visitor) => {
      if (!isFirst) return
      isFirst = false
      await promise
      visitor.offer('late')
    },
    { lookMs: 20 },
  )
  await p.until(() => p.poller.state().code === 'timeout')
  await sleep(50)
  assert.equal(p.looks(), 1)
  resolve()
  await p.until(() => p.poller.state().state === 'up')
  assert.deepEqual(p.offered, [])
})

test('whatever a source throws, it is looked at again, and its words are not repeated', async () => {
  await using p = polling(() =>
    Promise.reject(new Error('SELECT secret FROM clickhouse://user:password@host')),
  )
  await p.until(() => p.looks() > 3)
  assert.equal(p.poller.state().code, 'failed')
  assert.ok(!p.logged.join('').includes('secret'))
})

test('stopping ends a look that is under way', async () => {
  const p = polling(() => new Promise(() => {}), { lookMs: 60_000 })
  await p.until(() => p.looks() === 1)
  await p.poller.stop()
  assert.equal(p.looks(), 1)
})

test('at a pace of 10 s looks are 8 to 11.8 s apart: a policy is in force within 12 s', () => {
  assert.equal(paceMs(10_000, 0), 8000)
  assert.ok(paceMs(10_000, 1 - Number.EPSILON) < 11_801)
})
