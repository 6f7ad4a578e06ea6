import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpJson, httpStream, type Step } from '../../../testing/fake-upstream.ts'
import { startStage } from '../../../testing/resilience.ts'
import { chatWire, geminiWire, messagesWire, responsesWire, type Wire } from '../../../testing/wires.ts'

const sse = (data: unknown, event = '') =>
  `${event === '' ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`
const usage = { prompt_tokens: 9, completion_tokens: 0, total_tokens: 9 }

/** A verdict that comes as an answer, as each API writes it: whole and streamed. */
const verdicts: readonly (readonly [Wire, unknown, readonly string[]])[] = [
  [
    chatWire,
    {
      ...{ id: 'c', object: 'chat.completion', created: 1, model: chatWire.model, usage },
      choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'content_filter' }],
    },
    [
      sse({
        ...{ id: 'c', object: 'chat.completion.chunk', created: 1, model: chatWire.model },
        choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
      }),
      sse({
        ...{ id: 'c', object: 'chat.completion.chunk', created: 1, model: chatWire.model },
        choices: [{ index: 0, delta: {}, finish_reason: 'content_filter' }],
      }),
      'data: [DONE]\n\n',
    ],
  ],
  [
    messagesWire,
    {
      ...{ id: 'm', type: 'message', role: 'assistant', model: messagesWire.model, content: [] },
      ...{ stop_reason: 'refusal', stop_sequence: null, usage: { input_tokens: 9, output_tokens: 0 } },
    },
    [
      sse(
        {
          type: 'message_start',
          message: {
            ...{ id: 'm', type: 'message', role: 'assistant', model: messagesWire.model, content: [] },
            ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: 9, output_tokens: 0 } },
          },
        },
        'message_start',
      ),
      sse(
        {
          ...{ type: 'message_delta', delta: { stop_reason: 'refusal', stop_sequence: null } },
          usage: { output_tokens: 0 },
        },
        'message_delta',
      ),
      sse({ type: 'message_stop' }, 'message_stop'),
    ],
  ],
  [
    geminiWire,
    { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, modelVersion: geminiWire.model },
    [sse({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, modelVersion: geminiWire.model })],
  ],
]

const answers = (wire: Wire, stream: boolean, text: string): readonly Step[] =>
  stream ? httpStream(wire.events([text])) : httpJson(wire.whole(text))

for (const [wire, whole, events] of verdicts) {
  for (const stream of [false, true]) {
    const how = `${wire.dialect}, ${stream ? 'streamed' : 'whole'}`
    test(`${how}: an answer that is a content filter’s verdict is replaced only where the route says so`, async () => {
      for (const [route, expected] of [
        ['onContentFilter: fallback', [1, 1]],
        ['', [1, 0]],
      ] as const) {
        await using stage = await startStage({ providers: [wire, wire], route })
        stage.a.answer(stream ? httpStream(events) : httpJson(whole))
        stage.b.answer(answers(wire, stream, 'from b'))
        const answer = await stage.ask({ stream })
        const body = await answer.text()
        assert.equal(answer.status, 200, body)
        assert.deepEqual([stage.a.requests.length, stage.b.requests.length], expected)
        assert.equal(body.includes('from b'), route !== '', body)
        const [record] = await stage.sidecar.recorded(1)
        const outcomes = record?.attempts.map(({ outcome }) => outcome)
        assert.deepEqual(outcomes, route === '' ? ['answered'] : ['content_filter', 'answered'])
      }
    })
  }
}

test('the second verdict is final, and passed on as it came', async () => {
  const [, whole] = verdicts[0] ?? assert.fail()
  await using stage = await startStage({
    providers: [chatWire, chatWire, chatWire],
    route: 'onContentFilter: fallback',
  })
  for (const upstream of stage.upstreams) upstream.answer(httpJson(whole))
  const answer = await stage.ask()
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /content_filter/)
  assert.deepEqual(
    stage.upstreams.map(({ requests }) => requests.length),
    [1, 1, 0],
  )
})

test('with nobody else to ask the verdict is the answer', async () => {
  const [, whole] = verdicts[0] ?? assert.fail()
  await using stage = await startStage({ providers: [chatWire], route: 'onContentFilter: fallback' })
  stage.a.answer(httpJson(whole))
  const answer = await stage.ask()
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /content_filter/)
})

test('words that were let through are an answer, and no other model is asked', async () => {
  await using stage = await startStage({
    caller: responsesWire,
    route: 'onContentFilter: fallback',
  })
  stage.a.answer(httpStream(responsesWire.events(['as it came'])))
  stage.b.answer(httpStream(responsesWire.events(['never'])))
  assert.match(await (await stage.ask({ stream: true })).text(), /as it came/)
  assert.equal(stage.b.requests.length, 0)
})
