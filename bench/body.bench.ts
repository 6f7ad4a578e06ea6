/**
 * What a body and a stream cost, apart from sockets: the scan, reading a body, the framer, the fingerprint.
 * Run it on an idle machine: `node bench/body.bench.ts`. JSON.parse stands beside for the ratio.
 */
import { promptFingerprint } from '../contract/fingerprint.ts'
import { JsonBody } from '../sidecar/body/json-body.ts'
import { scanJson } from '../sidecar/body/json-scan.ts'
import { createSseFramer } from '../sidecar/streaming/sse.ts'

interface Case {
  readonly what: string
  readonly bytes: number
  /** How many times one `run` does the thing: short things are timed in groups. */
  readonly times: number
  run(): void
}

const words =
  'The quick brown fox jumps over the lazy dog, says "nobody" today,\nand goes on to the next line. '
const text = (length: number) => words.repeat(Math.ceil(length / words.length)).slice(0, length)

function chatBody(messages: number, charsEach: number): Buffer {
  const list = Array.from({ length: messages }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: text(charsEach),
  }))
  return Buffer.from(JSON.stringify({ model: 'gpt-5', temperature: 0.7, stream: true, messages: list }))
}

function imageBody(imageBytes: number): Buffer {
  const url = `data:image/png;base64,${Buffer.alloc(imageBytes, 'picture').toString('base64')}`
  const content = [
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url } },
  ]
  return Buffer.from(JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content }] }))
}

const bodies: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['1.6 kB chat', chatBody(3, 470)],
  ['106 kB chat', chatBody(100, 1000)],
  ['5.3 MB chat', chatBody(500, 10_200)],
  ['5 MB, one image', imageBody(3_750_000)],
]

function bodyCases(name: string, bytes: Buffer): Case[] {
  const body = JsonBody.read(bytes)
  const times = Math.max(1, Math.floor(20_000 / bytes.length))
  const one = (what: string, run: () => unknown): Case => ({
    what: `${what}, ${name}`,
    bytes: bytes.length,
    times,
    run: () => {
      for (let count = 0; count < times; count += 1) run()
    },
  })
  return [
    one('JSON.parse', () => JSON.parse(bytes.toString('utf8'))),
    one('scan', () => scanJson(bytes, { depthMax: 256 })),
    one('read (UTF-8, scan, model)', () => JsonBody.read(bytes).string('model')),
    one('edit model', () => body.edit([{ set: 'model', json: '"gpt-5-mini"' }])),
    one('fingerprint', () => promptFingerprint(body)),
  ]
}

const delta =
  '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5","choices":[{"index":0,"delta":{"content":" word"}}]}'

function streamCase(what: string, event: string, perChunk: number): Case {
  const chunk = Buffer.from(event.repeat(perChunk))
  const framer = createSseFramer()
  const chunks = Math.ceil(100 / perChunk)
  return {
    what: `SSE event, ${what}`,
    bytes: event.length,
    times: chunks * perChunk,
    run: () => {
      for (let count = 0; count < chunks; count += 1) framer.push(chunk)
    },
  }
}

const cases: readonly Case[] = [
  ...bodies.flatMap(([name, bytes]) => bodyCases(name, bytes)),
  streamCase('one per chunk', `data: ${delta}\n\n`, 1),
  streamCase('with event: line', `event: content_block_delta\ndata: ${delta}\n\n`, 1),
  streamCase('CRLF', `data: ${delta}\r\n\r\n`, 1),
  streamCase('50 per chunk', `data: ${delta}\n\n`, 50),
]

function measure({ run, times }: Case): { medianUs: number; p99Us: number } {
  const perCall = (calls: number) =>
    Array.from({ length: calls }, () => {
      const started = process.hrtime.bigint()
      run()
      return Number(process.hrtime.bigint() - started) / 1000 / times
    })
  const warm = perCall(20).sort((a, b) => a - b)
  // About a third of a second each, and never so few calls that p99 means nothing.
  const calls = Math.min(5000, Math.max(100, Math.floor(300_000 / ((warm[10] ?? 1) * times))))
  perCall(calls)
  const sorted = perCall(calls).sort((a, b) => a - b)
  return { medianUs: sorted[calls >> 1] ?? 0, p99Us: sorted[Math.floor(calls * 0.99)] ?? 0 }
}

console.log(`${'what'.padEnd(44)}${'bytes'.padStart(9)}${'median µs'.padStart(12)}${'p99 µs'.padStart(12)}`)
for (const each of cases) {
  const { medianUs, p99Us } = measure(each)
  const figures = `${medianUs.toFixed(2).padStart(12)}${p99Us.toFixed(2).padStart(12)}`
  console.log(`${each.what.padEnd(44)}${String(each.bytes).padStart(9)}${figures}`)
}
