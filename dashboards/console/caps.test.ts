import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { consoleServer } from '../../testing/console/console-server.ts'
import { panels } from '../catalog/catalog.ts'
import { Answers } from './answers.ts'
import { Busy, Turns } from './turns.ts'
import type { Answer } from './warehouse.ts'

const empty: Answer = { kind: 'answered', columns: [], data: [] }
const never = new AbortController().signal

async function until(isDone: () => boolean): Promise<void> {
  for (let tries = 0; !isDone() && tries < 500; tries += 1) await sleep(5)
  assert.ok(isDone())
}

test('four questions run at a time, two of one client, and the others wait for their turn', async () => {
  const turns = new Turns({ atOnce: 4, ofOne: 2, waiting: 100 })
  const running: string[] = []
  let most = 0
  const ended: (() => void)[] = []
  const work = (client: string) => () =>
    new Promise<void>((resolve) => {
      running.push(client)
      most = Math.max(most, running.length)
      assert.ok(running.filter((one) => one === client).length <= 2)
      ended.push(() => {
        running.splice(running.indexOf(client), 1)
        resolve()
      })
    })
  const all = ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'a'].map((client) =>
    turns.run(client, never, work(client)),
  )
  await until(() => running.length === 4)
  assert.deepEqual(running.toSorted(), ['a', 'a', 'b', 'b'])
  for (let done = 0; done < 9; done += 1) {
    await until(() => ended.length > 0)
    ended.shift()?.()
    await sleep(1)
  }
  await Promise.all(all)
  assert.equal(most, 4)
})

test('the line is bounded, and whoever leaves it is not asked for', async () => {
  const turns = new Turns({ atOnce: 1, ofOne: 1, waiting: 1 })
  const first = Promise.withResolvers<void>()
  const running = turns.run('a', never, () => first.promise)
  const leaving = new AbortController()
  let isAsked = false
  const waiting = turns.run('a', leaving.signal, async () => {
    isAsked = true
  })
  await assert.rejects(
    turns.run('a', never, async () => {}),
    Busy,
  )
  leaving.abort(new Error('left'))
  await assert.rejects(waiting, /left/)
  const next = turns.run('b', never, async () => 'served')
  first.resolve()
  await running
  assert.equal(await next, 'served')
  assert.equal(isAsked, false)
})

test('what several ask for at once is worked out once, again only after two seconds, and stopped when all have left', async () => {
  let now = 0
  let works = 0
  const answers = new Answers({ keepMs: 2000, entriesMax: 3, nowMs: () => now })
  const work = async () => {
    works += 1
    await sleep(5)
    return String(works)
  }
  assert.deepEqual(await Promise.all([answers.get('k', never, work), answers.get('k', never, work)]), [
    '1',
    '1',
  ])
  now = 1999
  assert.equal(await answers.get('k', never, work), '1')
  now = 2001
  assert.equal(await answers.get('k', never, work), '2')
  const [one, two] = [new AbortController(), new AbortController()]
  let stopped: AbortSignal | undefined
  const slow = (signal: AbortSignal) => {
    stopped = signal
    return new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  const both = [answers.get('slow', one.signal, slow), answers.get('slow', two.signal, slow)]
  one.abort(new Error('left'))
  await assert.rejects(both[0] ?? Promise.resolve(), /left/)
  assert.equal(stopped?.aborted, false, 'the other one still waits')
  two.abort(new Error('left'))
  await assert.rejects(both[1] ?? Promise.resolve(), /left/)
  assert.equal(stopped?.aborted, true)
  await assert.rejects(
    answers.get('k2', never, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await answers.get('k2', never, async () => 'yes'), 'yes', 'a failure is not kept')
})

test('a window that asks for everything is served two at a time, and a closed one stops its questions', async () => {
  let running = 0
  let most = 0
  let aborted = 0
  const release = Promise.withResolvers<void>()
  await using server = await consoleServer({
    query: async ({ signal }) => {
      running += 1
      most = Math.max(most, running)
      const left = new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => {
          aborted += 1
          resolve()
        }),
      )
      await Promise.race([release.promise, left])
      running -= 1
      return empty
    },
  })
  const open = panels.slice(0, 10).map(({ id }) => {
    const sent = request({
      port: server.port,
      host: '127.0.0.1',
      path: `/console/api/panel/${id}`,
      agent: false,
    })
    sent.on('error', () => {})
    sent.end()
    return sent
  })
  await until(() => running === 2)
  await sleep(20)
  assert.equal(most, 2)
  for (const sent of open) sent.destroy()
  await until(() => running === 0)
  // Whoever was next in line may have begun before its own end was heard of.
  assert.ok(aborted >= 2 && aborted <= 10, `${aborted} were asked`)
  release.resolve()
  assert.equal((await server.ask('/console/api/panel/overview-spend')).status, 200)
})
