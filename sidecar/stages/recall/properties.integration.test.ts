import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cachingStage, put, saidBy } from '../../../testing/cache/asking.ts'
import { httpJson, httpStream } from '../../../testing/fake-upstream.ts'
import { seededRandom } from '../../../testing/random.ts'
import { tireless } from '../../../testing/tireless.ts'
import { type Wire, wires } from '../../../testing/wires.ts'

const customers = ['', 'c1', 'c2', 'c3']
const systems = [undefined, 'be brief', 'be long']
const questions = [
  'What is the capital of Peru?',
  'what is the capital of peru',
  'hi, what is the capital of Peru please',
  'What is the capital of Chile?',
  'What is not the capital of Peru?',
  'How do I move from npm to pnpm?',
  'How do I move from pnpm to npm?',
]
/** Questions that may share an answer. */
const alike = [0, 0, 0, 3, 4, 5, 6]

interface Asked {
  readonly customer: string
  readonly system: string | undefined
  readonly question: number
  readonly temperature: number
}

const scopeOf = ({ customer, system, temperature }: Asked) => JSON.stringify([customer, system, temperature])

for (const [index, wire] of wires.entries()) {
  const seed = 40 + index
  test(`${wire.dialect}: whatever is asked by whom, and however providers fail, no hit is somebody else's or broken (seed ${seed})`, async () => {
    const random = seededRandom(seed)
    await using stage = await cachingStage(wire, '{ exact: 1h, lexical: 1h }', {
      health: tireless,
      route: 'retries: { max: 0 }',
    })
    stage.a.answer((request, n) => answerOf(wire, request, { n, fate: random.next() }))
    const given = new Map<string, Asked>()
    let hits = 0
    const one = async () => {
      const asked: Asked = {
        customer: random.pick(customers),
        system: random.pick(systems),
        question: random.int(questions.length),
        temperature: random.pick([0, 0.2]),
      }
      const stream = random.chance(0.5)
      const response = await put(stage, wire, questions[asked.question] ?? '', {
        stream,
        ...(asked.system === undefined ? {} : { system: asked.system }),
        headers: asked.customer === '' ? {} : { 'x-sidelight-customer': asked.customer },
        body:
          wire.dialect === 'gemini'
            ? { generationConfig: { temperature: asked.temperature } }
            : { temperature: asked.temperature },
      })
      const text = await response.text().catch(() => '')
      const verdict = response.headers.get('x-sidelight-cache')
      const isWhole =
        response.status === 200 && (stream ? wire.isComplete(text) && !wire.hasError(text) : true)
      const said = !isWhole ? '' : stream ? wire.text(text) : saidBy(JSON.parse(text))
      if (verdict === 'miss') {
        if (said !== '') given.set(said, asked)
        return
      }
      const isCoalesced = response.headers.get('age') === null
      // Who reads along sees what the first sees, its breaking off as well.
      if (isCoalesced) return
      hits += 1
      assert.ok(isWhole, `${verdict}: ${text}`)
      assert.match(said, /^answer \d+ is whole$/)
      const first = given.get(said)
      assert.ok(first, said)
      assert.equal(scopeOf(first), scopeOf(asked))
      if (verdict === 'exact') assert.equal(first.question, asked.question)
      else assert.equal(alike[first.question], alike[asked.question])
    }
    for (let round = 0; round < 60; round += 1) await Promise.all([one(), one(), one(), one()])
    assert.ok(hits > 20, `${hits} hits`)
    const records = await stage.sidecar.recorded(240)
    for (const { request } of records.filter(
      ({ request: { cache } }) => cache === 'exact' || cache === 'lexical',
    ))
      assert.equal(request.cost_usd, '0')
  })
}

function answerOf(
  wire: Wire,
  request: { bodyText: string; path: string },
  { n, fate }: { n: number; fate: number },
) {
  const isStream = /"stream":true/.test(request.bodyText) || request.path.includes('streamGenerateContent')
  const events = wire.events([`answer ${n}`, ' is whole'])
  if (fate < 0.15) return httpJson(wire.errorBody('boom'), { status: fate < 0.1 ? 500 : 429 })
  if (fate < 0.3 && isStream)
    return [...httpStream(events.slice(0, -2), { unfinished: true }), { reset: true as const }]
  if (fate < 0.4) return isStream ? httpStream([wire.overloadedEvent]) : httpJson(wire.whole(''))
  return isStream ? httpStream(events) : httpJson(wire.whole(`answer ${n} is whole`))
}
