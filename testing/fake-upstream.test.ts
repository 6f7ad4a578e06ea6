import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { request } from 'undici'
import { fakeClock } from './fake-clock.ts'
import { fakeUpstream, httpJson, httpStream } from './fake-upstream.ts'
import { seededRandom } from './random.ts'
import { nodeCommand, spawnProcess } from './spawn.ts'

describe('fake upstream', () => {
  it('answers what it is told and records what it was asked, duplicates and order kept', async () => {
    await using upstream = await fakeUpstream(
      httpJson({ hello: 1 }, { status: 201, headers: { 'x-a': 'b' } }),
    )
    const answer = await request(`${upstream.origin}/v1/x?y=1`, {
      method: 'POST',
      headers: ['X-One', '1', 'x-two', 'a', 'x-two', 'b'],
      body: '{"ü":1}',
    })
    assert.equal(answer.statusCode, 201)
    assert.equal(answer.headers['x-a'], 'b')
    assert.deepEqual(await answer.body.json(), { hello: 1 })
    const seen = upstream.requests[0]
    assert.equal(seen?.path, '/v1/x?y=1')
    assert.equal(seen?.bodyText, '{"ü":1}')
    const names = seen?.rawHeaders.filter((_, i) => i % 2 === 0)
    assert.deepEqual(
      names?.filter((n) => /^x-/i.test(n)),
      ['X-One', 'x-two', 'x-two'],
    )
  })

  it('replays a stream in exactly the given pieces and decodes chunked uploads', async () => {
    const whole = Buffer.from('data: {"text":"grüße"}\n\ndata: [DONE]\n\n')
    await using upstream = await fakeUpstream(httpStream(seededRandom(1).split(whole, 3)))
    async function* upload() {
      yield Buffer.from('ab')
      yield Buffer.from('cde')
    }
    const answer = await request(upstream.origin, { method: 'POST', body: Readable.from(upload()) })
    assert.equal(await answer.body.text(), whole.toString())
    assert.equal(upstream.requests[0]?.bodyText, 'abcde')
  })

  it('resets before an answer, and notices when the caller leaves a stalled one', async () => {
    await using upstream = await fakeUpstream([{ reset: true }])
    await assert.rejects(request(upstream.origin).then((r) => r.body.text()))
    upstream.answer([...httpStream(['data: 1\n\n'], { unfinished: true }), { stall: true }])
    const abort = new AbortController()
    const stalled = await request(upstream.origin, { signal: abort.signal })
    const reading = stalled.body.text()
    abort.abort()
    await assert.rejects(reading)
    while (upstream.abortedAt.length < 1 || upstream.openSockets > 0) await new Promise(setImmediate)
    assert.equal(upstream.openSockets, 0)
  })
})

describe('fake clock', () => {
  it('fires timers in order of their time and only when moved', async () => {
    const clock = fakeClock(1000)
    const fired: string[] = []
    clock.setTimer(() => fired.push('late'), 20)
    clock.setTimer(() => fired.push('early'), 10)
    clock.setTimer(() => fired.push('never'), 15).clear()
    await clock.advance(10)
    assert.deepEqual(fired, ['early'])
    await clock.advance(100)
    assert.deepEqual(fired, ['early', 'late'])
    assert.equal(clock.now(), 1110)
  })
})

describe('spawned process', () => {
  it('is waited for by a line and stopped by its own id', async () => {
    await using child = spawnProcess([nodeCommand, '-e', 'console.log("up 42"); setInterval(() => {}, 1e3)'])
    assert.equal((await child.waitFor(/up (\d+)/))[1], '42')
    assert.equal((await child.stop()).signal, 'SIGTERM')
    assert.equal(child.running, false)
  })
})
