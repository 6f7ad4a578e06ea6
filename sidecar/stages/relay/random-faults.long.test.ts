import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goingOn, pieces, shownAnswer } from '../../../testing/continuing.ts'
import { httpStream, type Script, type Step } from '../../../testing/fake-upstream.ts'
import { type Random, seededRandom } from '../../../testing/random.ts'
import { startStage as startAnyStage } from '../../../testing/resilience.ts'
import { tireless } from '../../../testing/tireless.ts'
import { chatWire, messagesWire, type Wire, wires } from '../../../testing/wires.ts'

const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_128)
const roundsPerCaller = 60
const startStage: typeof startAnyStage = (options) => startAnyStage({ health: tireless, ...options })

const answer =
  'The cat \ud83d\ude3a sat on the mat,  and \u00e9tait fat.\n\n- one\n- two 22, and so on to the end.'

/** The bytes of a stream with one of the things in it that happen to streams; whole about one time in six. */
function broken(wire: Wire, text: string, random: Random): readonly Step[] {
  const events = wire.events(pieces(text, 1 + random.int(9)))
  const cut = random.int(events.length + 1)
  const sent = events.slice(0, cut)
  const bad = 'data: {"broken": \n\n'
  const tails: readonly (readonly string[])[] = [
    [],
    [(events[cut] ?? '').slice(0, random.int(60))],
    [wire.overloadedEvent],
    [bad, bad, bad],
    [(events[cut] ?? '').trimEnd()],
    [': comment\n\n', bad],
    [...events.slice(cut), events.at(-1) ?? ''],
  ]
  const style = random.pick(['\n', '\n', '\r\n', '\r'])
  const bytes = Buffer.from([...sent, ...random.pick(tails)].join('').replaceAll('\n', style))
  const deaths: readonly (readonly Step[])[] = [
    [{ reset: true }],
    [{ halfClose: true }],
    [{ send: '0\r\n\r\n' }],
    [{ send: '0\r\n\r\n' }],
    random.chance(0.3) ? [{ stall: true }] : [{ reset: true }],
  ]
  return [
    ...httpStream(random.split(bytes, 1 + random.int(400)), { unfinished: true }),
    { waitMs: random.int(5) },
    ...random.pick(deaths),
  ]
}

/** Goes on like a model, and dies like one. */
function unsteady(wire: Wire, random: Random): Script {
  return (request) => {
    const { text, isPrefill } = shownAnswer(request)
    const from = isPrefill ? text.length : Math.max(0, text.length - random.int(30))
    return broken(wire, answer.slice(from), random)
  }
}

for (const wire of wires) {
  test(`${wire.dialect}: whatever happens to its providers, no answer that was cut ends well`, async () => {
    const random = seededRandom(seed + wire.dialect.length)
    const second = random.pick([chatWire, wire])
    const steady = { ...messagesWire, model: 'claude-haiku-4-5' }
    await using stage = await startStage({
      caller: wire,
      providers: [wire, second, steady],
      // Nothing at all from the last candidate is waited for as long as the request may take.
      route: 'timeouts: { idle: 120ms, total: 2s }',
    })
    const [a, b, c] = stage.upstreams
    let whole = 0
    for (let round = 0; round < roundsPerCaller; round += 1) {
      a?.answer(broken(wire, answer, random))
      b?.answer(unsteady(second, random))
      c?.answer(random.chance(0.7) ? goingOn(steady, answer) : unsteady(steady, random))
      const response = await stage.ask({ stream: true })
      // Nobody reads on behind OpenAI's last event.
      const stream = (await response.text())
        .replaceAll(/\r\n?/g, '\n')
        .replace(/(?<=data: \[DONE\]\n\n)[\s\S]+/, '')
        .replace(/(?<=event: response\.completed\ndata: .*\n\n)[\s\S]+/, '')
      const where = `seed ${seed}, round ${round}`
      if (response.status !== 200) continue
      if (wire.hasError(stream)) {
        // An error is the end of it, in every dialect.
        assert.equal(wire.isComplete(stream.slice(stream.lastIndexOf('data:'))), false, where)
        continue
      }
      whole += 1
      assert.equal(wire.text(stream), answer, where)
    }
    assert.ok(whole > roundsPerCaller / 3, `${whole} of ${roundsPerCaller} answers were whole`)
    for (const { request } of await stage.sidecar.recorded(roundsPerCaller))
      assert.notEqual(request.status, 'client_abort')
  })
}
