import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { type FakeUpstream, httpJson, httpStream, type Step } from '../../../testing/fake-upstream.ts'
import { seededRandom } from '../../../testing/random.ts'
import { type Stage, startStage } from '../../../testing/resilience.ts'
import { tireless } from '../../../testing/tireless.ts'
import { chatWire, messagesWire, responsesWire, type Wire, wires } from '../../../testing/wires.ts'

/** Leaves after the given text has come, or after a while. */
async function leave(
  stage: Stage,
  when: { afterMs?: number; after?: string; stream?: boolean },
): Promise<number> {
  const controller = new AbortController()
  const go = () => {
    controller.abort()
    return performance.now()
  }
  const asked = stage.ask({ stream: when.stream ?? true, signal: controller.signal })
  if (when.after === undefined) {
    await sleep(when.afterMs)
    const leftAt = go()
    await asked.then((answer) => answer.text()).catch(() => {})
    return leftAt
  }
  const answer = await asked
  const reader = answer.body?.getReader()
  let text = ''
  while (!text.includes(when.after)) {
    const next = await reader?.read()
    if (next === undefined || next.done) throw new Error('the stream ended before the caller left')
    text += Buffer.from(next.value).toString()
  }
  return go()
}

async function closedWithin(upstream: FakeUpstream, count: number, leftAt: number): Promise<void> {
  for (let tries = 0; tries < 60 && upstream.abortedAt.length < count; tries += 1) await sleep(5)
  assert.equal(upstream.abortedAt.length, count, 'the upstream socket was closed')
  const tookMs = (upstream.abortedAt[count - 1] ?? 0) - leftAt
  assert.ok(tookMs <= 250, `closed after ${tookMs} ms`)
}

function unfinished(events: readonly string[]): Step[] {
  return [...httpStream(events, { unfinished: true }), { stall: true }]
}

for (const wire of wires) {
  test(`${wire.dialect}: a caller that leaves at any event costs what it used and leaves one row`, async () => {
    await using stage = await startStage({ caller: wire, providers: [wire] })
    const events = wire.events(['Hello ', 'to the ', 'whole wide world'])
    for (let cut = 1; cut < events.length; cut += 1) {
      stage.a.answer(unfinished(events.slice(0, cut)))
      const last = events[cut - 1] ?? ''
      const isHeld = wire === wires[1] && cut === 1
      const leftAt = await leave(stage, isHeld ? { afterMs: 60 } : { after: last.trimEnd().slice(-40) })
      await closedWithin(stage.a, cut, leftAt)
    }
    // What was delivered is counted before a record is written.
    await stage.sidecar.recorded(events.length - 1)
    await sleep(50)
    assert.equal(stage.sidecar.records.length, events.length - 1)
    for (const [index, { request, attempts }] of stage.sidecar.records.entries()) {
      assert.equal(request.status, 'client_abort', `after ${index + 1} events`)
      assert.equal(request.error_code, 'client_abort')
      assert.equal(attempts.length, 1)
      assert.equal(attempts[0]?.outcome, 'aborted')
      assert.ok(request.input_tokens > 0)
      assert.ok(Number(request.cost_usd) > 0, `a cost after ${index + 1} events`)
    }
  })
}

test('before the head, and while everything is held, a caller that leaves ends the call', async () => {
  await using stage = await startStage({ caller: messagesWire, route: 'timeouts: { firstToken: 10s }' })
  const first = messagesWire.events(['x'])[0] ?? ''
  for (const [index, script] of [[{ stall: true } as const], unfinished([]), unfinished([first])].entries()) {
    stage.a.answer(script)
    const leftAt = await leave(stage, { afterMs: 60 })
    await closedWithin(stage.a, index + 1, leftAt)
  }
  stage.a.answer([{ stall: true }])
  await closedWithin(stage.a, 4, await leave(stage, { afterMs: 60, stream: false }))
  for (const { request } of await stage.sidecar.recorded(4)) {
    assert.equal(request.status, 'client_abort')
    assert.ok(Number(request.cost_usd) > 0)
    assert.equal(request.usage_source, 'counted')
  }
  // Held, the provider had already said how large the prompt is; there was nothing to count then.
  const stated = stage.sidecar.records.filter(({ request }) => request.input_tokens === 10)
  assert.equal(stated.length, 1)
  assert.equal(stage.b.requests.length, 0)
})

test('a caller that leaves during a pause between retries ends them', async () => {
  await using stage = await startStage({ providers: [chatWire], route: 'retries: { max: 10 }' })
  const busy = 'HTTP/1.1 429 Error\r\ncontent-length: 2\r\nretry-after: 1\r\n\r\n{}'
  stage.a.answer([{ send: busy }])
  await leave(stage, { afterMs: 60, stream: false })
  await sleep(1100)
  assert.equal(stage.a.requests.length, 1)
  assert.equal(stage.sidecar.records[0]?.request.status, 'client_abort')
})

// Gemini states its usage in every frame.
for (const wire of [chatWire, responsesWire, messagesWire]) {
  test(`${wire.dialect}: what a caller got before it left is counted in tokens`, async () => {
    await using stage = await startStage({ caller: wire, providers: [wire] })
    const words = 'The quick brown fox jumps over 13 lazy dogs; so said Jörg, twice. '.split(/(?<= )/)
    const events = wire.events(words)
    for (let sent = 3; sent <= words.length; sent += 5) {
      stage.a.answer(unfinished(events.slice(0, sent)))
      const before = stage.sidecar.records.length
      await leave(stage, { after: events[sent - 1]?.trimEnd().slice(-40) ?? '' })
      const record = (await stage.sidecar.recorded(before + 1)).at(-1)
      const delivered = wire.text(events.slice(0, sent).join(''))
      const exact = countTokens(delivered)
      assert.ok(exact > 0)
      assert.equal(record?.request.usage_source, 'counted')
      assert.equal(record?.request.output_tokens, exact, delivered)
    }
  })
}

test('an answer whose provider states no usage is counted, streamed and not', async () => {
  await using stage = await startStage({ providers: [chatWire] })
  const text = 'Hello to the whole wide world'
  const { usage: _usage, ...whole } = chatWire.whole(text)
  stage.a.answer(httpJson(whole))
  await stage.ask().then((answer) => answer.text())
  stage.a.answer(httpStream(chatWire.events([text])))
  await stage.ask({ stream: true }).then((answer) => answer.text())
  for (const { request } of await stage.sidecar.recorded(2)) {
    assert.equal(request.output_tokens, countTokens(text))
    assert.equal(request.usage_source, 'counted')
    assert.ok(request.input_tokens > 0)
  }
})

test('300 callers leaving at random moments: nothing is left behind', async () => {
  const unhandled: unknown[] = []
  const listener = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', listener)
  process.on('uncaughtException', listener)
  const random = seededRandom(300)
  const callers: readonly [Wire, readonly Wire[]][] = [
    [chatWire, [chatWire, chatWire]],
    [messagesWire, [chatWire, messagesWire]],
  ]
  const before = descriptors()
  for (const [caller, providers] of callers) {
    await using stage = await startStage({
      caller,
      providers,
      top: 'ping: 20ms',
      route: 'timeouts: { firstToken: 40ms }',
      health: tireless,
    })
    stage.upstreams.forEach((upstream, index) => {
      const events = providers[index]?.events(Array(10).fill('word ')) ?? []
      upstream.answer((_request, at) => [
        { waitMs: random.int(40) },
        ...httpStream(events, { gapMs: 3, unfinished: at % 3 === 0 }),
        ...(at % 3 === 0 ? [{ reset: true as const }] : []),
      ])
    })
    let arrived = 0
    stage.sidecar.sidecar.plane.server.on('request', () => (arrived += 1))
    // Who leaves before it has connected was never a request.
    const one = async (): Promise<void> => {
      while (arrived < 150) await leave(stage, { afterMs: random.int(80), stream: random.chance(0.9) })
    }
    await Promise.all(Array.from({ length: 15 }, one))
    // Some connections of callers long gone are still being accepted.
    const { plane } = stage.sidecar.sidecar
    const isSettled = () => stage.sidecar.records.length >= arrived && plane.inFlight() === 0
    for (let quiet = 0, tries = 0; quiet < 5 && tries < 500; tries += 1) {
      await sleep(20)
      quiet = isSettled() ? quiet + 1 : 0
    }
    assert.equal(stage.sidecar.records.length, arrived)
    assert.equal(plane.inFlight(), 0)
    assert.deepEqual(stage.sidecar.logged, [])
  }
  await sleep(100)
  process.off('unhandledRejection', listener)
  process.off('uncaughtException', listener)
  assert.deepEqual(unhandled, [])
  // The client of the tests keeps a few idle sockets of its own.
  assert.ok(descriptors() <= before + 20, `${descriptors()} descriptors, ${before} before`)
})

function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}
