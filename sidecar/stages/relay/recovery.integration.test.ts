import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutAfter, goingOn, pieces, shownAnswer } from '../../../testing/continuing.ts'
import { httpStream, type Step } from '../../../testing/fake-upstream.ts'
import { startStage as startAnyStage } from '../../../testing/resilience.ts'
import { assertOneAnswer } from '../../../testing/stream-shape.ts'
import { tireless } from '../../../testing/tireless.ts'
import {
  chatWire,
  geminiWire,
  messagesWire,
  responsesWire,
  type Wire,
  wires,
} from '../../../testing/wires.ts'

const startStage: typeof startAnyStage = (options) => startAnyStage({ health: tireless, ...options })

const answer = 'The cat \ud83d\ude3a sat on the mat,  and \u00e9tait fat.\n\n- one\n- two 22'

/** Models that take the start of their answer from the request. */
const prefilling: readonly Wire[] = [
  { ...messagesWire, model: 'claude-haiku-4-5' },
  { ...chatWire, kind: 'openai-compatible, host: mistral', model: 'mistral-large-latest' },
  { ...responsesWire, model: 'gpt-5.6-sol, capabilities: [prefill]' },
  { ...geminiWire, model: 'gemini-2.5-flash, capabilities: [prefill]' },
]

const deaths: readonly (readonly Step[])[] = [
  [{ reset: true }],
  [{ halfClose: true }],
  [{ send: '0\r\n\r\n' }],
]

for (const wire of wires) {
  test(`${wire.dialect}: cut after any event, the answer is the uninterrupted one to the letter`, async () => {
    const events = wire.events(pieces(answer))
    for (const [turn, next] of prefilling.entries()) {
      // Asked by callers of other dialects, OpenAI speaks chat.
      if (next.dialect === 'responses' && wire.dialect !== 'responses') continue
      await using stage = await startStage({ caller: wire, providers: [wire, next] })
      stage.b.answer(goingOn(next, answer))
      for (let cut = 0; cut <= events.length; cut += 1) {
        const where = `${next.dialect} goes on after ${cut} of ${events.length}`
        stage.a.answer(cutAfter(events, cut, deaths[(cut + turn) % deaths.length] ?? []))
        const stream = await (await stage.ask({ stream: true })).text()
        assert.equal(wire.text(stream), answer, where)
        assert.equal(wire.hasError(stream), false, where)
        // A chat stream may end without its last mark: what passes is what the provider wrote.
        const isPassed = wire === chatWire && cut === events.length - 1
        assert.equal(wire.isComplete(stream) || isPassed, true, where)
        if (wire.dialect !== next.dialect || cut > 0) assertOneAnswer(wire.dialect, stream, answer)
      }
    }
  })
}

for (const wire of wires) {
  test(`${wire.dialect}: a model that can only be asked to go on may go back a few words`, async () => {
    await using stage = await startStage({ caller: wire })
    const events = wire.events(pieces(answer))
    for (const rewind of [0, 3, 40]) {
      stage.b.answer(goingOn(wire, answer, rewind))
      // Behind the first ten letters, of which a shorter end could begin the rest by chance.
      for (let cut = 5; cut < events.length - 2; cut += 2) {
        const where = `${rewind} back after ${cut}`
        stage.a.answer(cutAfter(events, cut, deaths[cut % deaths.length] ?? []))
        const stream = await (await stage.ask({ stream: true })).text()
        assert.equal(wire.text(stream), answer, where)
        assert.equal(wire.isComplete(stream), true, where)
        assertOneAnswer(wire.dialect, stream, answer)
      }
    }
    const asked = stage.b.requests.map(shownAnswer)
    assert.ok(asked.every(({ text, isPrefill }) => !isPrefill && answer.startsWith(text) && text !== ''))
  })

  test(`${wire.dialect}: a model that starts over is not heard again, and given up when it says something else`, async () => {
    await using stage = await startStage({ caller: wire })
    const long = `${answer}\n${'abcdefghij klmnopqrst '.repeat(14)}and the end.`
    const events = wire.events(pieces(long))
    const ask = async (second: string) => {
      stage.a.answer(cutAfter(events, events.length - 6, [{ reset: true }]))
      stage.b.answer(httpStream(wire.events(pieces(second))))
      return (await stage.ask({ stream: true })).text()
    }
    const whole = await ask(long)
    assert.equal(wire.text(whole), long)
    assert.equal(wire.isComplete(whole), true)
    for (const second of [
      long.replace('one', 'two'),
      long.replace('cat', 'dog'),
      long.slice(0, 120),
      'The cat',
    ]) {
      const stream = await ask(second)
      const isShort = second === 'The cat'
      assert.equal(wire.isComplete(stream), isShort, second.slice(0, 20))
      assert.equal(wire.hasError(stream), !isShort)
      if (!isShort) assert.ok(long.startsWith(wire.text(stream)))
    }
    const records = await stage.sidecar.recorded(5)
    assert.deepEqual(
      records.map(({ request }) => request.status),
      ['ok', 'truncated', 'truncated', 'truncated', 'ok'],
    )
    assert.equal(records[1]?.request.error_code, 'recovery_misfit')
  })

  test(`${wire.dialect}: both attempts are recorded, the answer is that of the one that ended it`, async () => {
    await using stage = await startStage({ caller: wire })
    const events = wire.events(pieces(answer))
    stage.a.answer(cutAfter(events, 6, [{ reset: true }]))
    stage.b.answer(goingOn(wire, answer))
    const stream = await (await stage.ask({ stream: true })).text()
    const told = shownAnswer(stage.b.requests[0] as never).text
    const [record] = await stage.sidecar.recorded(1)
    const { request, attempts = [] } = record ?? {}
    assert.equal(wire.text(stream), answer)
    assert.equal(request?.status, 'ok')
    assert.equal(request?.recovery_mode, 'stitch')
    assert.equal(request?.stitched_at_chars, told.length)
    assert.equal(request?.candidate_assigned, 'a')
    assert.equal(request?.candidate_served, 'b')
    assert.equal(request?.fallback_used, true)
    assert.equal(request?.attempt_count, 2)
    assert.deepEqual(
      attempts.map(({ outcome }) => outcome),
      ['truncated', 'answered'],
    )
    const [first, second] = attempts
    assert.ok((first?.output_tokens ?? 0) > 0 && (second?.output_tokens ?? 0) > 0)
    assert.equal(request?.output_tokens, (first?.output_tokens ?? 0) + (second?.output_tokens ?? 0))
    assert.ok(Number(first?.cost_usd) > 0 && Number(request?.cost_usd) > Number(second?.cost_usd))
    // The caller saw its first token long before the second provider was asked.
    assert.ok((request?.first_token_ms ?? 1e9) < (request?.duration_ms ?? 0))
    assert.match(
      stage.sidecar.sidecar.metrics.render(),
      /sidelight_stream_recoveries_total\{mode="stitch",outcome="completed"\} 1/,
    )
  })

  test(`${wire.dialect}: with nobody left, or where nothing else is wanted, the error is honest`, async () => {
    const events = wire.events(pieces(answer))
    for (const route of [
      'recovery: { midStream: error }',
      'fallback: []',
      'retries: { max: 0 }',
      'timeouts: { total: 10m }',
    ]) {
      const isAlone = route.startsWith('timeouts')
      await using stage = await startStage({
        caller: wire,
        route,
        ...(isAlone ? { providers: [wire] } : {}),
      })
      stage.a.answer(cutAfter(events, 6, [{ reset: true }]))
      if (!isAlone) stage.b.answer(goingOn(wire, answer))
      const stream = await (await stage.ask({ stream: true })).text()
      assert.equal(wire.isComplete(stream), false, route)
      assert.equal(wire.hasError(stream), true, route)
      const [record] = await stage.sidecar.recorded(1)
      assert.equal(record?.request.status, 'truncated')
      assert.equal(record?.attempts.length, 1)
      assert.equal(record?.request.recovery_mode, '')
    }
  })

  test(`${wire.dialect}: an error event, a stall and events nobody can read end in a whole answer`, async () => {
    await using stage = await startStage({
      caller: wire,
      route: 'timeouts: { idle: 150ms }, retries: { max: 3 }',
    })
    const events = wire.events(pieces(answer))
    const bad = (count: number) => Array.from({ length: count }, () => 'event: x\ndata: {"broken": \n\n')
    const cases: [string, readonly Step[]][] = [
      ['error', httpStream([...events.slice(0, 7), wire.overloadedEvent], { gapMs: 3 })],
      ['stall', [...httpStream(events.slice(0, 7), { unfinished: true }), { stall: true }]],
      [
        'malformed',
        [...httpStream([...events.slice(0, 7), ...bad(3)], { unfinished: true }), { stall: true }],
      ],
      ['half an event', [...httpStream([...events.slice(0, 7), (events[7] ?? '').slice(0, 30)])]],
      ['an event without its end', [...httpStream([...events.slice(0, 7), (events[7] ?? '').trimEnd()])]],
    ]
    stage.b.answer(goingOn(wire, answer, 2))
    for (const [name, script] of cases) {
      stage.a.answer(script)
      const stream = await (await stage.ask({ stream: true })).text()
      assert.equal(wire.text(stream), answer, name)
      assert.equal(wire.isComplete(stream), true, name)
      assert.doesNotMatch(stream, /broken/)
      assertOneAnswer(wire.dialect, stream, answer)
    }
    // Two that nobody can read are a slip: they pass, as they came.
    stage.a.answer(httpStream([...events.slice(0, 7), ...bad(2), ...events.slice(7)]))
    const stream = await (await stage.ask({ stream: true })).text()
    assert.equal(stream, [...events.slice(0, 7), ...bad(2), ...events.slice(7)].join(''))
    const records = await stage.sidecar.recorded(cases.length + 1)
    assert.equal(records.at(-1)?.attempts.length, 1)
    const codes = records.map(({ attempts }) => attempts[0]?.error_code)
    assert.deepEqual(codes.slice(1, 4), ['idle_timeout', 'malformed_stream', 'truncated'])
  })
}

test('a third provider goes on with what two have said', async () => {
  for (const wire of wires) {
    await using stage = await startStage({ caller: wire, providers: [wire, chatWire, messagesWire] })
    const [a, b, c] = stage.upstreams
    a?.answer(cutAfter(wire.events(pieces(answer)), 5, [{ reset: true }]))
    b?.answer((request) => {
      const rest = answer.slice(shownAnswer(request).text.length)
      return cutAfter(chatWire.events(pieces(rest)), 4, [{ halfClose: true }])
    })
    c?.answer(goingOn(messagesWire, answer, 7))
    const stream = await (await stage.ask({ stream: true })).text()
    assert.equal(wire.text(stream), answer, wire.dialect)
    assertOneAnswer(wire.dialect, stream, answer)
    const [record] = await stage.sidecar.recorded(1)
    assert.equal(record?.attempts.length, 3)
    assert.equal(record?.request.candidate_served, 'c')
  }
})

test('what can’t be gone on with in words ends in an error: calls, structured answers, kept answers', async () => {
  const call = (delta: object) =>
    `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`
  const calling = [
    call({ role: 'assistant', content: 'Let me see.' }),
    call({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] }),
    call({ tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] }),
  ]
  const plain = chatWire.events(pieces(answer)).slice(0, 6)
  const schema = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } }
  const cases: [Wire, readonly string[], Record<string, unknown>][] = [
    [chatWire, calling, {}],
    [chatWire, plain, { response_format: schema }],
    [chatWire, plain, { n: 2 }],
    [chatWire, plain, { store: true }],
    [responsesWire, responsesWire.events(pieces(answer)).slice(0, 6), { tools: [{ type: 'web_search' }] }],
    [responsesWire, responsesWire.events(pieces(answer)).slice(0, 6), { previous_response_id: 'resp_1' }],
    [
      geminiWire,
      geminiWire.events(pieces(answer)).slice(0, 4),
      { generationConfig: { responseMimeType: 'application/json' } },
    ],
  ]
  for (const [wire, sent, body] of cases) {
    await using stage = await startStage({ caller: wire })
    stage.a.answer([...httpStream(sent, { unfinished: true }), { waitMs: 8 }, { reset: true }])
    stage.b.answer(goingOn(wire, answer))
    const stream = await (await stage.ask({ stream: true, body })).text()
    assert.equal(wire.hasError(stream), true, JSON.stringify(body))
    assert.equal(wire.isComplete(stream), false)
    assert.equal(stage.b.requests.length, 0)
  }
})

test('thinking that was shown is not sent on, and what was not yet said is answered anew', async () => {
  const thinking = [
    ...messagesWire.events([]).slice(0, 1),
    'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}\n\n',
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm, a cat."}}\n\n',
  ]
  await using stage = await startStage({ caller: messagesWire, providers: [messagesWire, chatWire] })
  stage.a.answer([...httpStream(thinking, { unfinished: true }), { waitMs: 8 }, { reset: true }])
  stage.b.answer(goingOn(chatWire, answer))
  const stream = await (await stage.ask({ stream: true })).text()
  assert.equal(messagesWire.text(stream), answer)
  assertOneAnswer('messages', stream, answer)
  assert.doesNotMatch(stage.b.requests[0]?.bodyText ?? '', /a cat/)
})
