import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cutAfter, goingOn, pieces } from '../../../testing/continuing.ts'
import { httpJson, httpStream } from '../../../testing/fake-upstream.ts'
import { startStage as startAnyStage } from '../../../testing/resilience.ts'
import { tireless } from '../../../testing/tireless.ts'
import { chatWire, geminiWire, messagesWire, wires } from '../../../testing/wires.ts'

const startStage: typeof startAnyStage = (options) => startAnyStage({ health: tireless, ...options })

const answer = 'The cat sat on the mat, and was fat. The dog did not, and was not.'

for (const wire of wires) {
  test(`${wire.dialect}: what dies before it was let through was never there`, async () => {
    const events = wire.events(pieces(answer))
    const other = wire.events(['from ', 'b'])
    for (const holdBack of ['10s', '1000tokens', 'all']) {
      await using stage = await startStage({ caller: wire, route: `recovery: { holdBack: ${holdBack} }` })
      stage.b.answer(httpStream(other))
      for (let cut = 1; cut < events.length - 2; cut += 4) {
        stage.a.answer(cutAfter(events, cut, [{ reset: true }]))
        const response = await stage.ask({ stream: true })
        assert.equal(await response.text(), other.join(''), `${holdBack} after ${cut}`)
        assert.equal(response.headers.get('x-sidelight-served-by'), `b/${wire.model}`)
      }
      const [record] = await stage.sidecar.recorded(1)
      assert.equal(record?.request.recovery_mode, '')
      assert.equal(record?.request.fallback_used, true)
      assert.equal(record?.attempts.length, 2)
      // A whole answer comes as its provider wrote it, all at once.
      stage.a.answer(httpStream(events))
      assert.equal(await (await stage.ask({ stream: true })).text(), events.join(''))
    }
  })
}

test('after the window, what was let through is gone on with', async () => {
  const events = chatWire.events(pieces(answer))
  await using stage = await startStage({ route: 'recovery: { holdBack: 3tokens }' })
  stage.a.answer(cutAfter(events, 8, [{ reset: true }]))
  stage.b.answer(goingOn(chatWire, answer, 4))
  const stream = await (await stage.ask({ stream: true })).text()
  assert.equal(chatWire.text(stream), answer)
  assert.ok(stream.startsWith(events.slice(0, 8).join('')))
  assert.equal((await stage.sidecar.recorded(1))[0]?.request.recovery_mode, 'stitch')
})

test('the window of time begins with the first content and opens when it is over', async () => {
  const events = chatWire.events(pieces(answer))
  await using stage = await startStage({ route: 'recovery: { holdBack: 150ms }' })
  const go = Promise.withResolvers<void>()
  stage.a.answer([
    ...httpStream(events.slice(0, 6), { unfinished: true }),
    { until: go.promise },
    ...httpStream(events.slice(6)).slice(1),
  ])
  const startedAt = performance.now()
  const response = await stage.ask({ stream: true })
  assert.ok(performance.now() - startedAt >= 140)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const first = await reader.read()
  assert.equal(Buffer.from(first.value ?? []).toString(), events.slice(0, 6).join(''))
  go.resolve()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    rest += Buffer.from(value).toString()
  }
  assert.equal(rest, events.slice(6).join(''))
})

test('pings keep the caller’s connection alive while an answer is kept back', async () => {
  const events = chatWire.events(pieces(answer))
  await using stage = await startStage({ top: 'ping: 60ms', route: 'recovery: { holdBack: all }' })
  stage.a.answer([
    ...httpStream(events.slice(0, 6), { unfinished: true }),
    { waitMs: 250 },
    ...httpStream(events.slice(6)).slice(1),
  ])
  const stream = await (await stage.ask({ stream: true })).text()
  assert.match(stream, /^(: ping\n\n){2,}/)
  assert.equal(chatWire.text(stream), answer)
  assert.equal(chatWire.isComplete(stream), true)
})

test('with nobody else, an answer that died while it was kept back is a plain error with a status', async () => {
  for (const wire of wires) {
    await using stage = await startStage({
      caller: wire,
      providers: [wire],
      route: 'recovery: { holdBack: all }',
    })
    stage.a.answer(cutAfter(wire.events(pieces(answer)), 6, [{ reset: true }]))
    const response = await stage.ask({ stream: true })
    assert.equal(response.status, 502)
    assert.match(response.headers.get('content-type') ?? '', /application\/json/)
    await response.text()
    const [record] = await stage.sidecar.recorded(1)
    assert.equal(record?.request.status, 'error')
    assert.equal(record?.request.http_status, 502)
    assert.ok(Number(record?.request.cost_usd) > 0)
  }
})

test('a caller that leaves while its answer is kept back leaves one row and no open socket', async () => {
  await using stage = await startStage({ route: 'recovery: { holdBack: all }' })
  const events = chatWire.events(pieces(answer))
  stage.a.answer([...httpStream(events.slice(0, 6), { unfinished: true }), { stall: true }])
  const gone = new AbortController()
  const asked = stage.ask({ stream: true, signal: gone.signal }).catch(() => {})
  await stage.a.received(1)
  await sleep(30)
  gone.abort()
  await asked
  const [record] = await stage.sidecar.recorded(1)
  assert.equal(record?.request.status, 'client_abort')
  assert.equal(stage.b.requests.length, 0)
})

test('a caller that leaves while the next provider is asked leaves one row with both attempts', async () => {
  await using stage = await startStage()
  const events = chatWire.events(pieces(answer))
  stage.a.answer(cutAfter(events, 6, [{ reset: true }]))
  stage.b.answer([{ stall: true }])
  const gone = new AbortController()
  const response = await stage.ask({ stream: true, signal: gone.signal })
  await stage.b.received(1)
  gone.abort()
  await response.text().catch(() => {})
  const [record] = await stage.sidecar.recorded(1)
  assert.equal(record?.request.status, 'client_abort')
  assert.deepEqual(
    record?.attempts.map(({ outcome }) => outcome),
    ['truncated', 'aborted'],
  )
  for (let tries = 0; stage.b.openSockets > 0 && tries < 100; tries += 1) await sleep(5)
  assert.equal(stage.b.openSockets, 0)
})

for (const wire of wires) {
  test(`${wire.dialect}: restart says so, then tells the whole second answer in the same stream`, async () => {
    await using stage = await startStage({ caller: wire, route: 'recovery: { midStream: restart }' })
    const events = wire.events(pieces(answer))
    stage.a.answer(cutAfter(events, 7, [{ reset: true }]))
    stage.b.answer(httpStream(wire.events(['Another ', 'answer.'])))
    const stream = await (await stage.ask({ stream: true })).text()
    const text = wire.text(stream)
    const marker = '\n\n[The answer was cut off here and starts again.]\n\n'
    assert.ok(text.endsWith(`${marker}Another answer.`))
    assert.ok(answer.startsWith(text.slice(0, text.indexOf(marker))))
    assert.match(stream, /\n\n: sidelight: the answer starts again\n\n/)
    assert.equal(wire.isComplete(stream), true)
    const [record] = await stage.sidecar.recorded(1)
    assert.equal(record?.request.recovery_mode, 'restart')
    // The question is the caller's own, without a word of the first answer.
    assert.doesNotMatch(stage.b.requests[0]?.bodyText ?? '', /The cat/)
  })
}

test('a JSON array that breaks off is gone on with as the same array', async () => {
  const frames = geminiWire.events(pieces(answer)).map((event) => event.slice(6).trim())
  const array = frames.map((frame, index) => (index === 0 ? `[${frame}` : `,\r\n${frame}`))
  const ask = async (stage: Awaited<ReturnType<typeof startStage>>) => {
    const path = '/v1beta/models/r:streamGenerateContent'
    const body = JSON.stringify(geminiWire.body('r', true))
    return (await fetch(stage.sidecar.origin + path, { method: 'POST', body })).text()
  }
  for (const next of [geminiWire, messagesWire, chatWire]) {
    await using stage = await startStage({ caller: geminiWire, providers: [geminiWire, next] })
    const headers = { 'content-type': 'application/json' }
    for (let cut = 1; cut < array.length; cut += 3) {
      stage.a.answer([
        ...httpStream(array.slice(0, cut), { unfinished: true, headers }),
        { waitMs: 8 },
        { reset: true },
      ])
      stage.b.answer(
        next === geminiWire
          ? httpStream([`[${frames.slice(cut).join(',\n')}]`], { headers })
          : goingOn(next, answer),
      )
      const elements = JSON.parse(await ask(stage)) as Record<string, unknown>[]
      const stream = elements.map((element) => `data: ${JSON.stringify(element)}\n\n`).join('')
      assert.equal(geminiWire.text(stream), answer, `${next.dialect} after ${cut}`)
      assert.equal(geminiWire.hasError(stream), false)
      assert.equal(geminiWire.isComplete(stream), true)
    }
  }
})

test('a provider that answers whole what was to be a stream can go on, too', async () => {
  for (const wire of wires) {
    await using stage = await startStage({ caller: wire })
    stage.a.answer(cutAfter(wire.events(pieces(answer)), 7, [{ reset: true }]))
    stage.b.answer(httpJson(wire.whole(answer)))
    const stream = await (await stage.ask({ stream: true })).text()
    assert.equal(wire.text(stream), answer, wire.dialect)
    assert.equal(wire.isComplete(stream), true)
  }
})
