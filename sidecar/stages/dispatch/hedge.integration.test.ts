import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpJson, httpStream, type Step } from '../../../testing/fake-upstream.ts'
import { startStage } from '../../../testing/resilience.ts'
import { chatWire, messagesWire, responsesWire, type Wire, wires } from '../../../testing/wires.ts'

const at = (ms: number, steps: readonly Step[]): Step[] => [{ waitMs: ms }, ...steps]
const hedged = 'hedge: { after: 60ms, max: 100% }'

function outcomes(record: { attempts: readonly { outcome: string }[] } | undefined): string[] {
  return record?.attempts.map(({ outcome }) => outcome) ?? []
}

for (const wire of wires) {
  for (const stream of [true, false]) {
    const how = stream ? 'streamed' : 'whole'
    test(`${wire.dialect}, ${how}: a slow first call is overtaken by a second, given up and billed`, async () => {
      await using stage = await startStage({ caller: wire, route: hedged })
      const says = (text: string) => (stream ? httpStream(wire.events([text])) : httpJson(wire.whole(text)))
      stage.a.answer(at(5000, says('from a')))
      stage.b.answer(says('from b'))
      const response = await stage.ask({ stream })
      assert.match(await response.text(), /from b/)
      assert.equal(response.headers.get('x-sidelight-served-by'), `b/${wire.model}`)
      assert.equal(response.headers.get('x-sidelight-attempts'), '2')
      const [record] = await stage.sidecar.recorded(1)
      assert.deepEqual(outcomes(record), ['hedge_lost', 'answered'])
      assert.equal(record?.request.status, 'ok')
      assert.equal(record?.request.candidate_assigned, 'a')
      assert.equal(record?.request.candidate_served, 'b')
      // It had the prompt, and nobody knows how far it was.
      assert.ok(Number(record?.attempts[0]?.cost_usd) > 0)
      assert.ok((record?.attempts[0]?.input_tokens ?? 0) > 0)
      for (let tries = 0; stage.a.abortedAt.length === 0 && tries < 100; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 5))
      assert.equal(stage.a.abortedAt.length, 1)
      const metrics = stage.sidecar.sidecar.metrics.render()
      assert.match(metrics, /sidelight_hedges_total\{outcome="won"\} 1/)
    })

    test(`${wire.dialect}, ${how}: the first call wins when it is there first after all`, async () => {
      await using stage = await startStage({ caller: wire, route: hedged })
      const says = (text: string) => (stream ? httpStream(wire.events([text])) : httpJson(wire.whole(text)))
      stage.a.answer(at(150, says('from a')))
      stage.b.answer(at(5000, says('from b')))
      assert.match(await (await stage.ask({ stream })).text(), /from a/)
      const [record] = await stage.sidecar.recorded(1)
      assert.deepEqual(outcomes(record), ['answered', 'hedge_lost'])
      assert.equal(record?.request.candidate_served, 'a')
      assert.equal(record?.request.fallback_used, false)
    })
  }
}

test('a quick answer has no rival, and headers without content are no answer', async () => {
  await using stage = await startStage({ route: hedged })
  const events = chatWire.events(['from a'])
  stage.a.answer(httpStream(events))
  stage.b.answer(httpStream(chatWire.events(['from b'])))
  assert.equal(chatWire.text(await (await stage.ask({ stream: true })).text()), 'from a')
  assert.equal(stage.b.requests.length, 0)
  const role = events.slice(0, 1)
  stage.a.answer([...httpStream(role, { unfinished: true }), { stall: true }])
  assert.equal(chatWire.text(await (await stage.ask({ stream: true })).text()), 'from b')
})

test('both answer in one tick: one winner, one call given up, two rows', async () => {
  for (const stream of [true, false]) {
    await using stage = await startStage({ route: hedged })
    for (let round = 0; round < 5; round += 1) {
      const gate = Promise.withResolvers<void>()
      const says = (text: string): Step[] => [
        { until: gate.promise },
        ...(stream ? httpStream(chatWire.events([text])) : httpJson(chatWire.whole(text))),
      ]
      stage.a.answerOnce(says('one'))
      stage.b.answerOnce(says('one'))
      const asked = stage.ask({ stream })
      await stage.b.received(round + 1)
      gate.resolve()
      const text = await (await asked).text()
      assert.equal(text.match(/one/g)?.length, 1)
    }
    for (const record of await stage.sidecar.recorded(5)) {
      assert.deepEqual(outcomes(record).sort(), ['answered', 'hedge_lost'])
      assert.equal(record.request.status, 'ok')
    }
  }
})

test('when the first call fails while its rival runs, the rival is waited for; two failures are one', async () => {
  await using stage = await startStage({ route: hedged })
  stage.a.answer(at(120, httpJson(chatWire.errorBody('server_error'), { status: 500 })))
  stage.b.answer(at(200, httpJson(chatWire.whole('from b'))))
  assert.match(await (await stage.ask()).text(), /from b/)
  stage.b.answer(at(200, httpJson(chatWire.errorBody('overloaded'), { status: 503 })))
  // A client that retries by itself is told at once.
  const refused = await stage.ask({ headers: { 'x-stainless-retry-count': '1' } })
  assert.equal(refused.status, 503)
  assert.match(await refused.text(), /overloaded/)
  const records = await stage.sidecar.recorded(2)
  assert.deepEqual(outcomes(records[0]), ['outage', 'answered'])
  assert.equal(records[1]?.attempts.length, 2)
})

test('no more than the share is asked twice', async () => {
  await using stage = await startStage({ route: 'hedge: { after: 5ms, max: 20% }' })
  stage.a.answer(at(25, httpJson(chatWire.whole('from a'))))
  stage.b.answer(at(25, httpJson(chatWire.whole('from b'))))
  for (let round = 0; round < 21; round += 1) await (await stage.ask()).text()
  assert.equal(stage.b.requests.length, 5)
  assert.match(stage.sidecar.sidecar.metrics.render(), /sidelight_hedges_total\{outcome="over_share"\} 16/)
})

test('a second call is one of `retries.max`: nobody is asked more often because it hedges', async () => {
  for (const [max, calls] of [
    [0, 1],
    [1, 2],
    [2, 3],
  ] as const) {
    await using stage = await startStage({
      providers: [chatWire, chatWire, chatWire, chatWire],
      route: `hedge: { after: 20ms, max: 100% }, retries: { max: ${max} }`,
    })
    const broken = httpJson(chatWire.errorBody(''), { status: 500 })
    for (const upstream of stage.upstreams) upstream.answer(at(60, broken))
    await (await stage.ask({ stream: true })).text()
    const [record] = await stage.sidecar.recorded(1)
    assert.equal(record?.attempts.length, calls, `max: ${max}`)
  }
})

test('what happens twice when it is asked twice is asked once', async () => {
  const cases: [Wire, Record<string, unknown>][] = [
    [chatWire, { store: true }],
    [responsesWire, { background: true }],
    [responsesWire, { previous_response_id: 'resp_1' }],
    [responsesWire, { conversation: 'conv_1' }],
    [responsesWire, { tools: [{ type: 'web_search' }] }],
    [messagesWire, { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }],
  ]
  for (const [wire, body] of cases) {
    await using stage = await startStage({ caller: wire, route: hedged })
    stage.a.answer(at(120, httpJson(wire.whole('from a'))))
    stage.b.answer(httpJson(wire.whole('from b')))
    assert.match(await (await stage.ask({ body })).text(), /from a/, JSON.stringify(body))
    assert.equal(stage.b.requests.length, 0)
  }
})

test('a caller that leaves while two are asked leaves one row and no open socket', async () => {
  await using stage = await startStage({ route: hedged })
  stage.a.answer([{ stall: true }])
  stage.b.answer([{ stall: true }])
  const gone = new AbortController()
  const asked = stage.ask({ stream: true, signal: gone.signal }).catch(() => {})
  await stage.b.received(1)
  gone.abort()
  await asked
  const [record] = await stage.sidecar.recorded(1)
  assert.equal(record?.request.status, 'client_abort')
  assert.deepEqual(outcomes(record), ['aborted', 'aborted'])
})

test('with p95 nobody is asked twice before a hundred answers have shown what is slow', async () => {
  await using stage = await startStage({ route: 'hedge: { after: p95, max: 100% }' })
  stage.a.answer(httpJson(chatWire.whole('from a')))
  stage.b.answer(httpJson(chatWire.whole('from b')))
  stage.a.answerOnce(at(150, httpJson(chatWire.whole('slow a'))))
  assert.match(await (await stage.ask()).text(), /slow a/)
  for (let round = 0; round < 110; round += 1) await (await stage.ask()).text()
  const before = stage.b.requests.length
  stage.a.answer(at(10_000, httpJson(chatWire.whole('slow a'))))
  assert.match(await (await stage.ask()).text(), /from b/)
  assert.equal(stage.b.requests.length, before + 1)
})
