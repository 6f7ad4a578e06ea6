import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeUpstream, httpJson, httpStream } from '../../testing/fake-upstream.ts'
import { startTestSidecar } from '../../testing/sidecar.ts'
import { chatWire } from '../../testing/wires.ts'

/** A sidecar whose disk answers when the test says so. */
async function startHeld(top: string) {
  const upstream = await fakeUpstream()
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  let refusal: string | undefined
  const sidecar = await startTestSidecar(
    `${top}
providers: { p: { kind: openai, baseUrl: '${chatWire.baseUrl(upstream.origin)}' } }
routes:
  paid: { candidates: [{ provider: p, model: m }] }
  free: { candidates: [{ provider: p, model: m }], billing: false }
`,
    {
      sink: {
        flushed: () => new Promise((resolve, reject) => waiting.push({ resolve, reject })),
        refusal: () => refusal,
      },
    },
  )
  const ask = (stream: boolean, route = 'paid') =>
    fetch(`${sidecar.origin}${chatWire.path(route, stream)}`, {
      method: 'POST',
      body: JSON.stringify(chatWire.body(route, stream)),
    })
  const flushAsked = async () => {
    for (let tries = 0; waiting.length === 0 && tries < 1000; tries += 1) await sleep(5)
    const [first] = waiting.splice(0, 1)
    assert.ok(first, 'nobody waits for the disk')
    return first
  }
  return {
    ...{ sidecar, upstream, ask, flushAsked, waiting },
    setRefusal: (why: string | undefined) => {
      refusal = why
    },
    async [Symbol.asyncDispose]() {
      await sidecar[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

for (const stream of [false, true]) {
  const kind = stream ? 'stream' : 'whole answer'
  test(`durability strict: a ${kind} ends when its record is durable, and is complete`, async () => {
    await using held = await startHeld('durability: strict')
    held.upstream.answer(stream ? httpStream(chatWire.events(['hello'])) : httpJson(chatWire.whole('hello')))
    let isOver = false
    const answer = held
      .ask(stream)
      .then((response) => response.text())
      .finally(() => {
        isOver = true
      })
    const disk = await held.flushAsked()
    await sleep(30)
    assert.equal(isOver, false)
    assert.equal(held.sidecar.records.length, 1)
    disk.resolve()
    assert.match(await answer, /hello/)
    assert.ok((held.sidecar.records[0]?.request.response_bytes ?? 0) > 10)
  })

  test(`durability strict: a ${kind} whose record is lost does not end as if all were well`, async () => {
    await using held = await startHeld('durability: strict')
    held.upstream.answer(stream ? httpStream(chatWire.events(['hello'])) : httpJson(chatWire.whole('hello')))
    const answer = held.ask(stream).then((response) => response.text())
    const failed = assert.rejects(answer)
    ;(await held.flushAsked()).reject(new Error('lost'))
    await failed
  })
}

test('durability strict: a disk that does not answer holds up no end of the sidecar', async () => {
  const held = await startHeld('durability: strict')
  held.upstream.answer(httpJson(chatWire.whole('hello')))
  const answer = assert.rejects(held.ask(false).then((response) => response.text()))
  await held.flushAsked()
  // Its record is offered; what becomes of it is the writer's, which is closed next.
  await held[Symbol.asyncDispose]()
  await answer
  assert.equal(held.sidecar.records.length, 1)
})

test('without it nobody waits for the disk', async () => {
  await using held = await startHeld('')
  held.upstream.answer(httpJson(chatWire.whole('hello')))
  assert.match(await (await held.ask(false)).text(), /hello/)
  assert.equal(held.waiting.length, 0)
})

test('a spool that refuses stops routes that are billed before their provider is asked, and no others', async () => {
  await using held = await startHeld('')
  held.upstream.answer(httpJson(chatWire.whole('hello')))
  held.setRefusal('full')
  const refused = await held.ask(false)
  assert.equal(refused.status, 503)
  assert.match(await refused.text(), /"spool_full"/)
  assert.equal(held.upstream.requests.length, 0)
  assert.equal((await held.ask(false, 'free')).status, 200)
  const records = await held.sidecar.recorded(2)
  assert.deepEqual(
    records.map(({ isExpendable }) => isExpendable),
    [true, true],
  )
  held.setRefusal(undefined)
  assert.equal((await held.ask(false)).status, 200)
  assert.equal((await held.sidecar.recorded(3))[2]?.isExpendable, false)
})
