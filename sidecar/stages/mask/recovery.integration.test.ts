import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutAfter, goingOn, pieces } from '../../../testing/continuing.ts'
import { fakeUpstream } from '../../../testing/fake-upstream.ts'
import { startTestSidecar } from '../../../testing/sidecar.ts'
import { tireless } from '../../../testing/tireless.ts'
import { messagesWire, responsesWire, type Wire, wires } from '../../../testing/wires.ts'

const mail = 'jane.roe@example.org'
const masked = 'I have written to [EMAIL_1] and to [EMAIL_2], then to [EMAIL_1] again.'
const wanted = masked.replaceAll('[EMAIL_1]', mail).replaceAll('[EMAIL_2]', 'bob@example.net')

/** What callers of each dialect send. */
const asks: Readonly<Record<string, (text: string) => readonly [string, object]>> = {
  chat: (content) => ['/v1/chat/completions', { messages: [{ role: 'user', content }] }],
  responses: (input) => ['/v1/responses', { input }],
  messages: (content) => ['/v1/messages', { max_tokens: 99, messages: [{ role: 'user', content }] }],
  gemini: (text) => [
    '/v1beta/models/r:streamGenerateContent?alt=sse',
    { contents: [{ role: 'user', parts: [{ text }] }] },
  ],
}

async function start(caller: Wire, next: Wire, route = '') {
  const a = await fakeUpstream()
  const b = await fakeUpstream()
  const provider = (wire: Wire, origin: string) =>
    `{ kind: ${wire.kind}, baseUrl: '${wire.baseUrl(origin)}', keyEnv: K }`
  const sidelight = await startTestSidecar(
    `
providers:
  a: ${provider(caller, a.origin)}
  b: ${provider(next, b.origin)}
routes:
  r:
    strategy: ordered
    candidates: [{ provider: a, model: ${caller.model} }, { provider: b, model: ${next.model} }]
    mask: { default: mask }
${route}`,
    { environment: { K: 'k' }, health: tireless },
  )
  return {
    a,
    b,
    async ask() {
      const [path, body] = asks[caller.dialect]?.(`write to ${mail}, bob@example.net`) ?? ['', {}]
      const response = await fetch(`${sidelight.origin}${path}`, {
        method: 'POST',
        body: JSON.stringify({ model: 'r', stream: true, ...body }),
      })
      return response.text()
    },
    async [Symbol.asyncDispose]() {
      await sidelight[Symbol.asyncDispose]()
      await a[Symbol.asyncDispose]()
      await b[Symbol.asyncDispose]()
    },
  }
}

for (const caller of wires) {
  const next = caller === responsesWire ? responsesWire : messagesWire
  test(`${caller.dialect}: cut after any event and gone on with by another, the values are the caller's`, async () => {
    await using it = await start(caller, next)
    it.b.answer(goingOn(next, masked))
    const events = caller.events(pieces(masked, 4))
    for (let cut = 0; cut <= events.length; cut += 1) {
      it.a.answer(cutAfter(events, cut, [{ reset: true }]))
      const stream = await it.ask()
      assert.equal(caller.text(stream), wanted, `cut after ${cut}`)
      assert.equal(caller.hasError(stream), false, `cut after ${cut}`)
    }
    for (const { bodyText } of [...it.a.requests, ...it.b.requests])
      assert.doesNotMatch(bodyText, /jane|bob@/)
  })
}

test('whoever answers first of two, the values are the same', async () => {
  const [caller] = wires as readonly [Wire]
  await using it = await start(caller, caller, '    hedge: { after: 30ms, max: 100% }')
  it.a.answer([{ stall: true }])
  it.b.answer(goingOn(caller, masked))
  assert.equal(caller.text(await it.ask()), wanted)
  assert.equal(it.b.requests.length, 1)
})
