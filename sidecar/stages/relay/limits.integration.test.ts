import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { httpJson, httpStream, type Step } from '../../../testing/fake-upstream.ts'
import { startStage, unshaken } from '../../../testing/resilience.ts'
import { startTestSidecar } from '../../../testing/sidecar.ts'
import {
  chatWire,
  geminiWire,
  messagesWire,
  responsesWire,
  type Wire,
  wires,
} from '../../../testing/wires.ts'

/** Machines that run tests do other things as well. */
const slackMs = 1000

async function firstBytes(answer: Response): Promise<{ atMs: number; text: string; rest: Promise<string> }> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new Error('no body')
  const first = await reader.read()
  const atMs = performance.now()
  const rest = (async () => {
    let text = first.value ?? ''
    for (;;) {
      const next = await reader.read()
      if (next.done) return text
      text += next.value
    }
  })()
  return { atMs, text: first.value ?? '', rest }
}

for (const wire of wires) {
  test(`${wire.dialect}: a first token after the limit comes from the next candidate, in time`, async () => {
    await using stage = await startStage({ caller: wire, route: 'timeouts: { firstToken: 500ms }' })
    const events = wire.events(['slow ', 'answer'])
    // What carries no content comes at once and must not count.
    const head = wire === geminiWire ? ': nothing yet\n\n' : (events[0] ?? '')
    stage.a.answer([
      ...httpStream([head], { unfinished: true }),
      { waitMs: 2000 },
      ...httpStream(events.slice(1)).slice(1),
    ])
    stage.b.answer(httpStream(wire.events(['fast ', 'answer']), { gapMs: 10 }))
    const startedAt = performance.now()
    const answer = await stage.ask({ stream: true })
    const { atMs, rest } = await firstBytes(answer)
    assert.ok(atMs - startedAt >= 495, 'the limit is what was configured')
    assert.ok(atMs - startedAt <= 500 + 30 + slackMs, `first token after ${atMs - startedAt} ms`)
    assert.equal(wire.text(await rest), 'fast answer')
    const [record] = await stage.sidecar.recorded(1)
    assert.deepEqual(
      record?.attempts.map((attempt) => attempt.outcome),
      ['slow', 'answered'],
    )
    assert.equal(record?.attempts[0]?.error_code, 'timeout')
    await sleep(50)
    assert.equal(stage.a.abortedAt.length, 1)
  })

  test(`${wire.dialect}: a stall in the middle becomes an error in the caller's dialect, never an end`, async () => {
    await using stage = await startStage({
      caller: wire,
      route: 'timeouts: { idle: 200ms }, recovery: { midStream: error }',
    })
    const events = wire.events(['Hel', 'lo'])
    stage.a.answer([...httpStream(events.slice(0, -2), { unfinished: true }), { stall: true }])
    const startedAt = performance.now()
    const text = await (await stage.ask({ stream: true })).text()
    assert.ok(performance.now() - startedAt < 200 + 1000)
    assert.equal(wire.isComplete(text), false)
    assert.equal(wire.hasError(text), true)
    const [record] = await stage.sidecar.recorded(1)
    assert.equal(record?.request.status, 'truncated')
    assert.equal(record?.request.error_code, 'idle_timeout')
    assert.equal(record?.attempts[0]?.outcome, 'truncated')
    assert.ok(Number(record?.request.cost_usd) > 0)
    assert.equal(stage.b.requests.length, 0)
  })
}

test('events that keep coming slowly are no stall, and neither is one event in many pieces', async () => {
  await using stage = await startStage({ providers: [chatWire], route: 'timeouts: { idle: 150ms }' })
  const events = chatWire.events(['one', 'two', 'three', 'four'])
  stage.a.answer(httpStream(events, { gapMs: 60 }))
  assert.equal(chatWire.isComplete(await (await stage.ask({ stream: true })).text()), true)
  const [head, first = '', ...rest] = events
  const pieces = [head ?? '', first, ...(first.match(/[\s\S]{1,30}/g) as string[]), ...rest]
  stage.a.answer(httpStream(pieces, { gapMs: 60 }))
  assert.equal(chatWire.isComplete(await (await stage.ask({ stream: true })).text()), true)
})

test('the last candidate may think longer than the limit between events: a slow answer beats an error', async () => {
  await using stage = await startStage({
    providers: [chatWire],
    route: 'timeouts: { firstToken: 50ms, idle: 100ms }',
  })
  const [role = '', ...rest] = chatWire.events(['late'])
  stage.a.answer([...httpStream([role], { unfinished: true }), { waitMs: 400 }, ...httpStream(rest).slice(1)])
  assert.equal(chatWire.text(await (await stage.ask({ stream: true })).text()), 'late')
})

test('the total time ends a stream with an error, and a whole answer with a 504', async () => {
  await using stage = await startStage({
    providers: [messagesWire],
    caller: messagesWire,
    route: 'timeouts: { total: 300ms }',
  })
  stage.a.answer(httpStream(messagesWire.events(Array(50).fill('word ')), { gapMs: 20 }))
  const startedAt = performance.now()
  const text = await (await stage.ask({ stream: true })).text()
  assert.ok(performance.now() - startedAt < 300 + slackMs)
  assert.equal(messagesWire.isComplete(text), false)
  assert.equal(messagesWire.hasError(text), true)
  stage.a.answer([{ stall: true }])
  const whole = await stage.ask()
  assert.equal(whole.status, 504)
  assert.match(await whole.text(), /timeout_error/)
  // What was delivered is counted first, so the second may be there before it.
  const records = await stage.sidecar.recorded(2)
  const recordOf = (streamed: boolean) => records.find(({ request }) => request.streamed === streamed)
  assert.equal(recordOf(true)?.request.error_code, 'total_timeout')
  assert.equal(recordOf(false)?.attempts[0]?.outcome, 'slow')
})

test('who takes the connection and never answers is left for the next after `headers`, whole answers after `attempt`', async () => {
  await using stage = await startStage({ route: 'timeouts: { headers: 200ms, attempt: 250ms }' })
  stage.a.answer([{ stall: true }])
  stage.b.answer(httpStream(chatWire.events(['b'])))
  let startedAt = performance.now()
  assert.equal(chatWire.text(await (await stage.ask({ stream: true })).text()), 'b')
  assert.ok(performance.now() - startedAt < 200 + slackMs)
  stage.b.answer(httpJson(chatWire.whole('b')))
  startedAt = performance.now()
  assert.equal((await stage.ask()).status, 200)
  assert.ok(performance.now() - startedAt < 250 + slackMs)
})

test('a host that never takes the connection is given up after `connect`', async () => {
  await using stage = await startStage({ providers: [chatWire] })
  stage.a.answer(httpJson(chatWire.whole('b')))
  await using sidecar = await startTestSidecar(
    `
providers:
  lost: { kind: openai, baseUrl: 'http://nowhere.invalid/v1' }
  good: { kind: openai, baseUrl: '${stage.a.origin}/v1' }
routes:
  r: { strategy: ordered, candidates: [{ provider: lost, model: gpt-5.6-sol }, { provider: good, model: gpt-5.6-sol }], timeouts: { connect: 200ms } }
  alone: { candidates: [{ provider: lost, model: gpt-5.6-sol }], timeouts: { connect: 200ms }, retries: { max: 0 } }
`,
    { pools: { lookup: () => {} } },
  )
  const ask = (model: string) =>
    fetch(`${sidecar.origin}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatWire.body(model, false)),
    })
  const startedAt = performance.now()
  const answer = await ask('r')
  assert.equal(answer.status, 200)
  assert.ok(performance.now() - startedAt < 200 + slackMs)
  assert.equal((await ask('alone')).status, 502)
  const records = await sidecar.recorded(2)
  assert.equal(records[0]?.attempts[0]?.outcome, 'outage')
  assert.equal(records[0]?.attempts[0]?.error_code, 'UND_ERR_CONNECT_TIMEOUT')
})

test('a provider has a `connect` of its own, which a route outranks', async () => {
  await using sidecar = await startTestSidecar(
    `
timeouts: { connect: 30s, total: 400ms }
providers:
  lost: { kind: openai, baseUrl: 'http://nowhere.invalid/v1', timeouts: { connect: 50ms } }
routes:
  own: { candidates: [{ provider: lost, model: gpt-5.6-sol }], retries: { max: 0 } }
  longer: { candidates: [{ provider: lost, model: gpt-5.6-sol }], retries: { max: 0 }, timeouts: { connect: 10s } }
`,
    { pools: { lookup: () => {} } },
  )
  const codes: (string | undefined)[] = []
  for (const model of ['own', 'longer', 'lost/gpt-5.6-sol']) {
    const body = JSON.stringify(chatWire.body(model, false))
    const headers = { 'x-stainless-retry-count': '1' }
    await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', headers, body })
    const records = await sidecar.recorded(codes.length + 1)
    codes.push(records.at(-1)?.attempts[0]?.error_code)
  }
  assert.deepEqual(codes, ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'UND_ERR_CONNECT_TIMEOUT'])
})

test('a caller that leaves while the connection is being made is not waited for', async () => {
  await using sidecar = await startTestSidecar(
    `providers: { lost: { kind: openai, baseUrl: 'http://nowhere.invalid/v1' } }`,
    { pools: { lookup: () => {} } },
  )
  const leave = new AbortController()
  const body = JSON.stringify(chatWire.body('lost/gpt-5.6-sol', true))
  const asked = fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', body, signal: leave.signal })
  setTimeout(() => leave.abort(), 50)
  await assert.rejects(asked)
  // The provider would have let it wait for minutes.
  const [record] = await sidecar.recorded(1)
  assert.equal(record?.request.status, 'client_abort')
  // Nobody had its prompt, so nobody charges for it.
  assert.equal(record?.request.input_tokens, 0)
})

/** How a stream can die, besides stalling. */
const deaths = ['reset', 'halfClose', 'end', 'mid'] as const
const lastSteps: Readonly<Record<(typeof deaths)[number], readonly Step[]>> = {
  reset: [{ reset: true }],
  halfClose: [{ halfClose: true }],
  end: [{ send: '0\r\n\r\n' }],
  mid: [{ reset: true }],
}

for (const wire of wires) {
  test(`${wire.dialect}: dead at any event boundary or inside any event, it never looks complete`, async () => {
    await using stage = await startStage({
      caller: wire,
      providers: [wire],
      route: 'retries: { max: 0 }',
      health: unshaken,
    })
    const events = wire.events(['Hel', 'lo ', 'you'])
    const finish = events.findIndex((event) =>
      /finish_reason":"stop|end_turn|"STOP"|response\.completed/.test(event),
    )
    for (let cut = 1; cut <= finish; cut += 1) {
      for (const death of deaths) {
        const half = (events[cut] ?? '').slice(0, 25)
        const sent = death === 'mid' ? [...events.slice(0, cut), half] : events.slice(0, cut)
        stage.a.answer([...httpStream(sent, { unfinished: true }), { waitMs: 15 }, ...lastSteps[death]])
        const answer = await stage.ask({ stream: true })
        const text = await answer.text()
        if (answer.status !== 200) {
          // It died before it had shown anything: the head was not out yet. On a busy machine all of it comes at once.
          assert.equal(answer.status, 502, `${death} at ${cut}`)
          assert.ok(JSON.parse(text).error)
          continue
        }
        assert.equal(wire.isComplete(text), false, `${death} at ${cut}`)
        assert.equal(wire.hasError(text), true, `${death} at ${cut}`)
        // Nothing of what came is lost, and nothing is cut in two.
        assert.ok(text.startsWith(events.slice(0, cut).join('')), `${death} at ${cut}`)
      }
    }
    for (const { request } of await stage.sidecar.recorded(finish * deaths.length)) {
      assert.equal(request.status, request.http_status === 200 ? 'truncated' : 'error')
    }
  })
}

test('translated streams never end well either when they were cut', async () => {
  for (const [caller, provider] of [
    [chatWire, messagesWire],
    [messagesWire, chatWire],
    [responsesWire, messagesWire],
    [geminiWire, chatWire],
    [chatWire, geminiWire],
  ] as const) {
    await using stage = await startStage({ caller, providers: [provider], route: 'retries: { max: 0 }' })
    const events = provider.events(['Hel', 'lo'])
    for (let cut = provider === geminiWire ? 1 : 2; cut < events.length - 2; cut += 1) {
      stage.a.answer([
        ...httpStream(events.slice(0, cut), { unfinished: true }),
        { waitMs: 5 },
        { reset: true },
      ])
      const text = await (await stage.ask({ stream: true })).text()
      assert.equal(caller.isComplete(text), false, `${caller.dialect} from ${provider.dialect} at ${cut}`)
      assert.equal(caller.hasError(text), true, `${caller.dialect} from ${provider.dialect} at ${cut}`)
    }
  }
})

test('a translated JSON array that is cut is closed with the error in it', async () => {
  await using stage = await startStage({ caller: geminiWire, providers: [chatWire] })
  const array = async () => {
    const path = '/v1beta/models/r:streamGenerateContent'
    const answer = await fetch(stage.sidecar.origin + path, {
      method: 'POST',
      body: JSON.stringify(geminiWire.body('r', true)),
    })
    return {
      type: answer.headers.get('content-type'),
      items: JSON.parse(await answer.text()) as Record<string, unknown>[],
    }
  }
  const events = chatWire.events(['Hel', 'lo'])
  stage.a.answer(httpStream(events))
  const whole = await array()
  assert.equal(whole.type, 'application/json')
  assert.equal(
    geminiWire.text(whole.items.map((item) => `data: ${JSON.stringify(item)}`).join('\n\n')),
    'Hello',
  )
  stage.a.answer([...httpStream(events.slice(0, 3), { unfinished: true }), { waitMs: 5 }, { reset: true }])
  const cut = await array()
  assert.ok(cut.items.at(-1)?.['error'])
  assert.equal(JSON.stringify(cut.items).includes('finishReason'), false)
  // The same where Google's own array is passed on.
  await using own = await startStage({ caller: geminiWire, providers: [geminiWire] })
  const first = geminiWire.events(['Hel'])[0]?.slice(6).trim() ?? ''
  const headers = { 'content-type': 'application/json' }
  own.a.answer([...httpStream([`[${first}`], { unfinished: true, headers }), { waitMs: 5 }, { reset: true }])
  const path = '/v1beta/models/r:streamGenerateContent'
  const answer = await fetch(own.sidecar.origin + path, {
    method: 'POST',
    body: JSON.stringify(geminiWire.body('r', true)),
  })
  const items = JSON.parse(await answer.text())
  assert.equal(items.length, 2)
  assert.ok(items[1].error)
})

test('a finish reason and a regular end are complete, with or without the last mark', async () => {
  const events = chatWire.events(['Hello'])
  for (const sent of [events.slice(0, -1), [...events, events.at(-1) ?? '']]) {
    await using stage = await startStage({ providers: [chatWire] })
    stage.a.answer(httpStream(sent))
    assert.equal(await (await stage.ask({ stream: true })).text(), sent.join(''))
    assert.equal((await stage.sidecar.recorded(1))[0]?.request.status, 'ok')
  }
  // Translated, the caller gets the mark of its own dialect, once.
  await using stage = await startStage({ caller: messagesWire, providers: [chatWire] })
  stage.a.answer(httpStream(events.slice(0, -1)))
  const text = await (await stage.ask({ stream: true })).text()
  assert.equal(text.split('event: message_stop').length, 2)
})

test('a provider that leaves the socket open after its last event is not waited for', async () => {
  await using stage = await startStage({ providers: [chatWire] })
  stage.a.answer([...httpStream(chatWire.events(['Hello']), { unfinished: true }), { stall: true }])
  const startedAt = performance.now()
  const text = await (await stage.ask({ stream: true })).text()
  assert.equal(chatWire.isComplete(text), true)
  assert.ok(performance.now() - startedAt < 1000 + slackMs)
  assert.equal((await stage.sidecar.recorded(1))[0]?.request.status, 'ok')
})

test('the provider’s own error event in the middle passes in its dialect and is translated in others', async () => {
  for (const wire of wires as readonly Wire[]) {
    await using stage = await startStage({ caller: wire, providers: [wire] })
    const sent = [...wire.events(['Hel', 'lo']).slice(0, wire === geminiWire ? 1 : 3), wire.overloadedEvent]
    stage.a.answer(httpStream(sent, { gapMs: 5 }))
    assert.equal(await (await stage.ask({ stream: true })).text(), sent.join(''))
    assert.equal((await stage.sidecar.recorded(1))[0]?.request.status, 'truncated')
  }
  await using stage = await startStage({ caller: chatWire, providers: [messagesWire] })
  stage.a.answer(
    httpStream([...messagesWire.events(['Hel']).slice(0, 3), messagesWire.overloadedEvent], { gapMs: 5 }),
  )
  const text = await (await stage.ask({ stream: true })).text()
  assert.equal(chatWire.hasError(text), true)
  assert.equal(chatWire.isComplete(text), false)
})
