import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cachingStage, put, saidBy } from '../../../testing/cache/asking.ts'
import { httpJson, httpStream } from '../../../testing/fake-upstream.ts'
import type { Stage } from '../../../testing/resilience.ts'
import { tireless } from '../../../testing/tireless.ts'
import { chatWire, wires } from '../../../testing/wires.ts'

const exact = '{ exact: 1h }'

/** Waits until so many requests wait for the first. */
async function waiting(stage: Stage, count: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const text = stage.sidecar.sidecar.metrics.render()
    const inFlight = Number(/sidelight_in_flight_requests (\d+)/.exec(text)?.[1] ?? 0)
    if (inFlight >= count) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`fewer than ${count} requests are under way`)
}

for (const wire of wires) {
  for (const stream of [false, true]) {
    test(`${wire.dialect}: a hundred equal requests at once are one call${stream ? ', as streams' : ''}`, async () => {
      await using stage = await cachingStage(wire, exact)
      const go = Promise.withResolvers<void>()
      const events = wire.events(['one ', 'answer'])
      stage.a.answer(
        stream
          ? [
              ...httpStream(events.slice(0, -1), { unfinished: true }),
              { until: go.promise },
              ...httpStream(events.slice(-1)).slice(1),
            ]
          : [{ until: go.promise }, ...httpJson(wire.whole('one answer'))],
      )
      const asked = Array.from({ length: 100 }, () => put(stage, wire, 'What is DNS?', { stream }))
      await waiting(stage, 100)
      go.resolve()
      for (const response of await Promise.all(asked)) {
        const text = await response.text()
        assert.equal(stream ? wire.text(text) : saidBy(JSON.parse(text)), 'one answer')
        if (stream) assert.ok(wire.isComplete(text))
      }
      assert.equal(stage.a.requests.length, 1)
      const records = await stage.sidecar.recorded(100)
      assert.equal(records.filter(({ request }) => request.cache === 'miss').length, 1)
      const followers = records.filter(({ request }) => request.coalesced)
      assert.equal(followers.length, 99)
      const first = records.find(({ request }) => request.cache === 'miss')?.request
      // What nobody stated is counted later than whoever waited has its answer.
      const saved = first?.usage_source === 'provider' ? first.cost_usd : null
      assert.ok(
        followers.every(({ request }) => request.cache_saved_usd === saved && request.cost_usd === '0'),
      )
    })
  }
}

test('when the first fails before anything came, one of the others takes its place', async () => {
  await using stage = await cachingStage(chatWire, exact, { health: tireless, route: 'retries: { max: 0 }' })
  const go = Promise.withResolvers<void>()
  stage.a.answerOnce([{ until: go.promise }, ...httpJson(chatWire.errorBody('boom'), { status: 500 })])
  stage.a.answer(httpJson(chatWire.whole('at last')))
  const asked = Array.from({ length: 5 }, () => put(stage, chatWire, 'What is DNS?'))
  await waiting(stage, 5)
  go.resolve()
  const texts = await Promise.all((await Promise.all(asked)).map((response) => response.text()))
  assert.equal(texts.filter((text) => text.includes('at last')).length, 4)
  assert.equal(stage.a.requests.length, 2)
})

test('a first caller that leaves takes nobody along: before anything came, and in the middle of a stream', async () => {
  await using stage = await cachingStage(chatWire, exact)
  stage.a.answerOnce([{ stall: true }])
  stage.a.answer(httpJson(chatWire.whole('for the others')))
  const leaving = new AbortController()
  const first = put(stage, chatWire, 'What is DNS?', { signal: leaving.signal }).catch(() => {})
  await stage.a.received(1)
  const others = Array.from({ length: 3 }, () => put(stage, chatWire, 'What is DNS?'))
  await waiting(stage, 4)
  leaving.abort()
  await first
  for (const response of await Promise.all(others)) assert.match(await response.text(), /for the others/)
  assert.equal(stage.a.requests.length, 2)

  const go = Promise.withResolvers<void>()
  const events = chatWire.events(['one ', 'two ', 'three'])
  stage.a.answer([
    ...httpStream(events.slice(0, 3), { unfinished: true }),
    { until: go.promise },
    ...httpStream(events.slice(3)).slice(1),
  ])
  const gone = new AbortController()
  const leader = await put(stage, chatWire, 'What is TCP?', { stream: true, signal: gone.signal })
  const follower = await put(stage, chatWire, 'What is TCP?', { stream: true })
  gone.abort()
  await leader.text().catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 50))
  go.resolve()
  const text = await follower.text()
  assert.equal(chatWire.text(text), 'one two three')
  assert.ok(chatWire.isComplete(text))
  assert.equal(stage.a.requests.length, 3)
  assert.equal((await put(stage, chatWire, 'What is TCP?')).headers.get('x-sidelight-cache'), 'exact')
})

test('a stream that breaks off breaks off for all who read along, and is kept by nobody', async () => {
  await using stage = await cachingStage(chatWire, exact, {
    health: tireless,
    route: 'retries: { max: 0 }, recovery: { midStream: error }',
  })
  const go = Promise.withResolvers<void>()
  const events = chatWire.events(['one ', 'two'])
  stage.a.answer([
    ...httpStream(events.slice(0, 2), { unfinished: true }),
    { until: go.promise },
    { reset: true },
  ])
  const both = await Promise.all([1, 2].map(() => put(stage, chatWire, 'What is DNS?', { stream: true })))
  go.resolve()
  for (const response of both) {
    const text = await response.text()
    assert.equal(chatWire.isComplete(text), false)
    assert.ok(chatWire.hasError(text))
  }
  assert.equal(stage.a.requests.length, 1)
  const only = await put(stage, chatWire, 'What is DNS?', { headers: { 'x-sidelight-cache': 'only' } })
  assert.equal(only.status, 504)
  await only.text()
})

test('answers that are nobody else’s send all who waited on their own way', async () => {
  await using stage = await cachingStage(chatWire, exact)
  const go = Promise.withResolvers<void>()
  const cut = {
    ...chatWire.whole('cut'),
    choices: [{ index: 0, message: { role: 'assistant', content: 'cut' }, finish_reason: 'length' }],
  }
  stage.a.answer([{ until: go.promise }, ...httpJson(cut)])
  const asked = Array.from({ length: 4 }, () => put(stage, chatWire, 'What is DNS?'))
  await waiting(stage, 4)
  go.resolve()
  for (const response of await Promise.all(asked)) assert.match(await response.text(), /cut/)
  assert.equal(stage.a.requests.length, 4)
})
