/**
 * What masking costs around the detectors: a request with 16 kB of new text, and each event of an answer. Prints
 * medians and 99th percentiles. `node bench/masking-flow.bench.ts [texts]` also makes that many round trips.
 */
import { maskPolicy } from '../sidecar/masking/policy.ts'
import { RequestMasker } from '../sidecar/masking/request-masker.ts'
import { TextRestorer } from '../sidecar/masking/restore/restorer.ts'
import { createScanner } from '../sidecar/masking/scan.ts'
import { MaskSession } from '../sidecar/masking/session.ts'
import { requestShapes } from '../sidecar/masking/walk/requests.ts'
import { assertRoundTrip } from '../testing/mask-round-trip.ts'
import { seededRandom } from '../testing/random.ts'

const scanner = createScanner({ memoBytes: 0 })
const idle = { scan: () => [] }
const materials = { recognizers: [], version: 'v', key: Buffer.alloc(32) }
const policy = maskPolicy({}, { scanner, ...materials })
const silent = maskPolicy({ output: { default: 'allow', SECRET: 'allow' } }, { scanner, ...materials })
const walking = maskPolicy({}, { scanner: idle, ...materials })

function print(name: string, ns: readonly number[], per: string): void {
  const sorted = ns.toSorted((a, b) => a - b)
  const at = (share: number) => ((sorted[Math.floor(sorted.length * share)] ?? 0) / 1000).toFixed(2)
  process.stdout.write(`${name.padEnd(58)} median ${at(0.5)} µs, p99 ${at(0.99)} µs ${per}\n`)
}

/** Each round is so many calls, timed together. */
function measure(rounds: number, calls: number, act: () => void): number[] {
  const times: number[] = []
  for (let round = 0; round < rounds + 50; round += 1) {
    const startedAt = process.hrtime.bigint()
    act()
    const ns = Number(process.hrtime.bigint() - startedAt) / calls
    if (round >= 50) times.push(ns)
  }
  return times
}

const words =
  'The customer asked for another invoice, and the clerk looked it up in the archive of the year before. '
const prose = words.repeat(160)
const dense =
  `${words}Write to jane.roe@example.org or call +44 20 7946 0018 about card 4111 1111 1111 1111. `.repeat(80)

for (const [name, text] of [
  ['16 kB of prose', prose.slice(0, 16_384)],
  ['16 kB full of personal data', dense.slice(0, 16_384)],
] as const) {
  const json = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] })
  for (const [what, used] of [
    ['looked through and written', policy],
    ['walked alone, nothing looked for', walking],
  ] as const) {
    const mask = () => {
      const masker = new RequestMasker(json, requestShapes.chat, { policy: used, scope: '' })
      masker.scan(Number.POSITIVE_INFINITY)
      masker.finish()
    }
    print(`${name}, ${what}`, measure(400, 1, mask), 'a request')
  }
}

const masker = new RequestMasker(
  JSON.stringify({ messages: [{ content: 'jane.roe@example.org and +44 20 7946 0018' }] }),
  requestShapes.chat,
  { policy, scope: '' },
)
masker.scan(Number.POSITIVE_INFINITY)
const { map, sent } = masker.finish()

const plain = words.match(/.{1,5}/gs) ?? []
const held = '[EMAIL_1] and arr[0], [PHONE_1] or \\[Email\\_1\\] '.repeat(8).match(/.{1,5}/gs) ?? []
for (const [name, deltas] of [
  ['text without placeholders', plain],
  ['text of placeholders', held],
] as const) {
  for (const isJson of [false, true]) {
    const restore = () => {
      const restorer = new TextRestorer(map, { unknown: 0 }, { isJson })
      for (const delta of deltas) restorer.push(delta)
      restorer.flush()
    }
    print(`restore, ${name}${isJson ? ' in JSON' : ''}`, measure(4000, deltas.length, restore), 'a delta')
  }
}

const frame = (content: string) =>
  Buffer.from(
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`,
  )
for (const [name, deltas] of [
  ['without placeholders', plain],
  ['of placeholders', held],
] as const) {
  for (const [check, used] of [
    ['', silent],
    [', words looked through first', policy],
  ] as const) {
    const frames = deltas.map(frame)
    const relay = () => {
      const stream = new MaskSession({ policy: used, map, sent, isJsonText: false }).stream('chat', false)
      for (const each of frames) stream.push(each)
      stream.end('')
    }
    print(`chat event ${name}${check}`, measure(1000, frames.length, relay), 'an event')
  }
}

const texts = Number(process.argv[2] ?? 2000)
const random = seededRandom(11)
const startedAt = performance.now()
for (let text = 0; text < texts; text += 1) assertRoundTrip(random, `text ${text}`)
const seconds = (performance.now() - startedAt) / 1000
process.stdout.write(
  `${texts} round trips in 4 dialects, whole and streamed: 0 mismatches (${seconds.toFixed(1)} s)\n`,
)
await scanner.close()
