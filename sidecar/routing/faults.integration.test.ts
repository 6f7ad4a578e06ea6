import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadShippedCatalog } from '../../contract/prices/catalog.ts'
import { foreignWire, fullAnswer, otherModel, type Pair, startPair, wholeText } from '../../testing/faults.ts'
import { type Wire, wires } from '../../testing/wires.ts'
import { type Scenario, scenarios } from '../providers/simulated/scenarios.ts'

/** Whatever the first candidate does, the second gives a full answer. */
const troubles = scenarios.filter(({ ends }) => ends === 'answer')

const catalog = loadShippedCatalog()

interface Expected {
  readonly wire: Wire
  readonly second: Wire
  readonly scenario: Scenario
  readonly stream: boolean
}

async function checkAnswer(pair: Pair, { wire, second, scenario, stream }: Expected): Promise<void> {
  const answer = await pair.ask(stream)
  const body = await answer.text()
  assert.equal(answer.status, 200, body.slice(0, 300))
  assert.equal(stream ? wire.text(body) : wholeText(wire, body), fullAnswer)
  if (stream) {
    assert.equal(wire.isComplete(body), true, 'it says that it is complete')
    assert.equal(wire.hasError(body), false, 'and has no error in it')
  }
  const [record] = await pair.sidecar.recorded(1)
  assert.equal(pair.sidecar.records.length, 1)
  const { request, attempts } = record ?? assert.fail('no record')
  assert.equal(request.status, 'ok')
  assert.equal(request.candidate_assigned, 'a')
  assert.equal(request.candidate_served, 'b')
  assert.equal(request.fallback_used, true)
  assert.equal(request.model, otherModel.get(second))
  assert.equal(attempts.length, 2)
  assert.notEqual(attempts[0]?.outcome, 'answered')
  assert.equal(attempts[1]?.outcome, 'answered')
  assert.ok(Number(request.cost_usd) > 0)
  if (stream && scenario.begins === 'midway') return
  assert.equal(answer.headers.get('x-sidelight-served-by'), `b/${otherModel.get(second)}`)
  assert.equal(answer.headers.get('x-sidelight-attempts'), '2')
  // The first was heard of by nobody: neither its model nor its usage.
  assert.equal(body.includes(wire.model), false)
  assert.equal(request.output_tokens, 20)
  assert.ok(body.includes(otherModel.get(second) ?? '') || wire !== second)
}

for (const wire of wires) {
  describe(`${wire.dialect}: the fallback answers in full`, { concurrency: 8 }, () => {
    for (const scenario of troubles) {
      for (const stream of [true, false])
        it(`when it ${scenario.name}: ${stream ? 'streamed' : 'whole'}`, async () => {
          await using pair = await startPair(wire, { scenario, catalog })
          await checkAnswer(pair, { wire, second: wire, scenario, stream })
        })
      const second = foreignWire.get(wire) ?? wire
      it(`when it ${scenario.name}: streamed, from ${second.kind}`, async () => {
        await using pair = await startPair(wire, { scenario, second, catalog })
        await checkAnswer(pair, { wire, second, scenario, stream: true })
      })
    }
  })
}
