import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpJson, httpStream } from '../../../testing/fake-upstream.ts'
import { startStage } from '../../../testing/resilience.ts'
import { chatWire, geminiWire, messagesWire, responsesWire, wires } from '../../../testing/wires.ts'

const ping = ': ping\n\n'

/** A silence of `silentMs` before each of the events. */
const slowly = (events: readonly string[], silentMs: number) => httpStream(events, { gapMs: silentMs })

for (const wire of wires) {
  test(`${wire.dialect}: a silent stream is kept alive between its events, which stay as they are`, async () => {
    await using stage = await startStage({ caller: wire, top: 'ping: 60ms' })
    const events = wire.events(['Hel', 'lo']).slice(0, wire === geminiWire ? undefined : 4)
    const rest = wire === geminiWire ? [] : wire.events(['Hel', 'lo']).slice(4)
    stage.a.answer([{ waitMs: 200 }, ...slowly(events, 150).slice(0, -1), ...httpStream(rest).slice(1)])
    const answer = await stage.ask({ stream: true })
    const text = await answer.text()
    assert.ok(text.startsWith(ping))
    assert.equal(text.replaceAll(ping, ''), wire.events(['Hel', 'lo']).join(''))
    const pings = text.split(ping).length - 1
    assert.ok(pings >= 3 + events.length && pings <= 30, `${pings} pings`)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
    assert.match(answer.headers.get('cache-control') ?? '', /no-transform/)
    assert.equal(answer.headers.get('x-accel-buffering'), 'no')
    assert.ok(answer.headers.get('x-sidelight-request-id'))
    assert.equal(answer.headers.get('x-sidelight-served-by'), null)
    const [record] = await stage.sidecar.recorded(1)
    // Pings are not tokens.
    assert.ok(Number(record?.request.first_token_ms) >= 200 + 150)
    assert.equal(record?.request.status, 'ok')
  })

  test(`${wire.dialect}: after a ping an error is an event, and a fallback is still unseen`, async () => {
    await using stage = await startStage({ caller: wire, top: 'ping: 50ms' })
    stage.a.answer([{ waitMs: 130 }, ...httpJson(wire.errorBody('x'), { status: 500 })])
    stage.b.answer(httpStream(wire.events(['from b'])))
    const served = await (await stage.ask({ stream: true })).text()
    assert.equal(served.replaceAll(ping, ''), wire.events(['from b']).join(''))
    stage.b.answer([{ waitMs: 130 }, ...httpJson(wire.errorBody('x'), { status: 400 })])
    const failed = await stage.ask({ stream: true })
    const text = await failed.text()
    assert.equal(failed.status, 200)
    assert.equal(wire.hasError(text.replaceAll(ping, '')), true)
    assert.equal(wire.isComplete(text), false)
    const records = await stage.sidecar.recorded(2)
    assert.equal(records[1]?.request.status, 'error')
    assert.equal(records[1]?.request.http_status, 200)
  })

  test(`${wire.dialect}: after a ping a whole answer is written as the stream that was promised`, async () => {
    await using stage = await startStage({ caller: wire, providers: [wire], top: 'ping: 50ms' })
    stage.a.answer([{ waitMs: 130 }, ...httpJson(wire.whole('all at once'))])
    const text = (await (await stage.ask({ stream: true })).text()).replaceAll(ping, '')
    assert.equal(wire.text(text), 'all at once')
    assert.equal(wire.isComplete(text), true)
  })
}

test('translated streams are kept alive the same way', async () => {
  await using stage = await startStage({ caller: chatWire, providers: [messagesWire], top: 'ping: 50ms' })
  stage.a.answer([{ waitMs: 130 }, ...slowly(messagesWire.events(['Hel', 'lo']), 80)])
  const text = await (await stage.ask({ stream: true })).text()
  assert.ok(text.startsWith(ping))
  assert.equal(chatWire.text(text.replaceAll(ping, '')), 'Hello')
})

test('a JSON array has no place for a ping', async () => {
  await using stage = await startStage({ caller: geminiWire, providers: [geminiWire], top: 'ping: 40ms' })
  const whole = `[${geminiWire
    .events(['a'])
    .map((event) => event.slice(6).trim())
    .join(',')}]`
  stage.a.answer([
    { waitMs: 130 },
    ...httpStream([whole.slice(0, 50), whole.slice(50)], {
      gapMs: 100,
      headers: { 'content-type': 'application/json' },
    }),
  ])
  const answer = await fetch(`${stage.sidecar.origin}/v1beta/models/r:streamGenerateContent`, {
    method: 'POST',
    body: JSON.stringify(geminiWire.body('r', true)),
  })
  assert.equal(await answer.text(), whole)
})

test('nothing is written into the middle of an event that is too large to be held', async () => {
  await using stage = await startStage({ providers: [chatWire], top: 'ping: 40ms' })
  const [role = '', ...rest] = chatWire.events(['end'])
  const large = `data: {"choices":[{"index":0,"delta":{"content":"${'x'.repeat(17 * 1024 * 1024)}"}}]}\n\n`
  const half = large.length - 100
  stage.a.answer([
    ...httpStream([role, large.slice(0, half)], { unfinished: true }),
    { waitMs: 250 },
    ...httpStream([large.slice(half), ...rest]).slice(1),
  ])
  const text = await (await stage.ask({ stream: true })).text()
  assert.ok(text.includes(large), 'the large event is whole')
  assert.equal(text.replaceAll(ping, ''), [role, large, ...rest].join(''))
})

test('ping: 0s sends none', async () => {
  await using stage = await startStage({ caller: responsesWire, providers: [responsesWire], top: 'ping: 0s' })
  stage.a.answer([{ waitMs: 100 }, ...httpStream(responsesWire.events(['a']))])
  assert.equal(await (await stage.ask({ stream: true })).text(), responsesWire.events(['a']).join(''))
})
