import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../contract/json.ts'
import type { LedgerRecord } from '../../contract/record.ts'
import { askedOf } from './asked.ts'
import { type Ask, type Client, type ClientAddress, personSchema, type Seen, type Turn } from './client.ts'
import { type Expected, expectedOf, type RecordedCase, recordedCases } from './recorded.ts'
import { startUpstreams, type UpstreamName, type Upstreams, upstreamTable } from './upstreams.ts'

/** The smallest PNG there is. */
export const image = {
  mediaType: 'image/png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
}

export interface MatrixOptions {
  readonly providers: readonly UpstreamName[]
  readonly client: (at: ClientAddress) => Client
  /** What this client cannot see or send. */
  readonly lacks?: readonly ('thinking' | 'stop' | 'schema')[]
  /** Providers whose answers reach this client untouched, in a shape of their own. */
  readonly untouched?: readonly UpstreamName[]
}

/** One client against the models of every vendor: what it sees, what they were asked, what was recorded. */
export function clientMatrix(title: string, options: MatrixOptions): void {
  test(title, async (t) => {
    await using upstreams = await startUpstreams(options.providers)
    const client = options.client({ origin: upstreams.sidecar.origin })
    for (const provider of options.providers) {
      const pair: Pair = { upstreams, client, provider, options }
      for (const name of recordedCases) {
        await t.test(`${provider}: a ${name} answer is the same streamed and not`, () => answers(pair, name))
      }
      await t.test(`${provider}: everything that was asked arrives`, () => requests(pair))
      for (const streamed of [false, true]) {
        const how = streamed ? 'streamed' : 'plain'
        await t.test(`${provider}: a ${how} tool loop gives calls, thinking and proofs back`, () =>
          toolLoop(pair, streamed),
        )
      }
    }
  })
}

interface Pair {
  readonly upstreams: Upstreams
  readonly client: Client
  readonly provider: UpstreamName
  readonly options: MatrixOptions
}

const modelOf = (provider: UpstreamName) => `${provider}/${upstreamTable[provider].model}`

function expectedFor({ provider, client, options }: Pair, name: RecordedCase): Expected {
  const { recording } = upstreamTable[provider]
  const isOwn = client.dialect === 'responses' && servesResponses.has(provider)
  const expected = expectedOf(isOwn ? { folder: 'openai', wire: 'responses' } : recording, name)
  return options.lacks?.includes('thinking') ? { ...expected, thinking: '' } : expected
}

const servesResponses: ReadonlySet<UpstreamName> = new Set(['openai', 'azure', 'groq'])

async function answers(pair: Pair, name: RecordedCase): Promise<void> {
  const { upstreams, client, provider, options } = pair
  const expected = expectedFor(pair, name)
  const isUntouched = options.untouched?.includes(provider) === true
  upstreams.play(provider, name)
  for (const streamed of [false, true]) {
    const ask: Ask = {
      model: modelOf(provider),
      streamed,
      withTools: expected.calls.length > 0,
      ...(name === 'schema' ? { schema: personSchema } : {}),
    }
    const turn = await client.ask(ask)
    if (isUntouched) await asDirect(pair, turn, ask)
    else sees(turn.seen, expected)
    if (!isUntouched)
      assert.equal(new Set(turn.callIds).size, expected.calls.length, 'every call has its own id')
    recorded(await upstreams.nextRecord(), { expected, pair, streamed })
  }
}

/** The SDK gets what it would get from the provider itself, whatever that is. */
async function asDirect({ upstreams, provider, options }: Pair, turn: Turn, ask: Ask): Promise<void> {
  const direct = options.client({ origin: upstreams.origin(provider) })
  const { raw } = await direct.ask({ ...ask, model: upstreamTable[provider].model })
  assert.deepEqual(turn.raw, raw)
}

function sees(seen: Seen, expected: Expected): void {
  const { usage, ...rest } = expected
  const stated = Object.keys(seen.usage) as (keyof typeof usage)[]
  const comparable = Object.fromEntries(stated.map((key) => [key, usage[key]]))
  assert.deepEqual(seen, { ...rest, usage: comparable })
}

function recorded(
  { request, attempts }: LedgerRecord,
  from: { readonly expected: Expected; readonly pair: Pair; readonly streamed: boolean },
): void {
  const { client, provider } = from.pair
  const { usage } = from.expected
  assert.deepEqual(
    {
      dialect: request.dialect,
      provider: request.provider,
      model: request.model,
      status: request.status,
      http: request.http_status,
      streamed: request.streamed,
      source: request.usage_source,
      input: request.input_tokens,
      cached: request.cached_input_tokens,
      written: request.cache_write_tokens,
      output: request.output_tokens,
      reasoning: request.reasoning_tokens,
      attempts: attempts.length,
    },
    {
      dialect: client.dialect,
      provider,
      model: upstreamTable[provider].model,
      status: 'ok',
      http: 200,
      streamed: from.streamed,
      source: 'provider',
      ...usage,
      attempts: 1,
    },
  )
  assert.notEqual(request.cost_usd, null)
  assert.ok(Number(request.cost_usd) > 0)
  assert.notEqual(request.first_token_ms, null)
}

/** Vendors that have no field for a schema or for stopping take the rest all the same. */
async function requests({ upstreams, client, provider, options }: Pair): Promise<void> {
  upstreams.play(provider, 'text')
  const lacks = new Set(options.lacks)
  const stop = ['###', 'END']
  const seesImages = upstreamTable[provider].seesImages
  await client.ask({
    model: modelOf(provider),
    streamed: false,
    system: 'Be brief.',
    ...(seesImages ? { image } : {}),
    withTools: true,
    ...(lacks.has('stop') ? {} : { stop }),
    maxTokens: 77,
  })
  const asked = askedOf(provider, upstreams.lastBody(provider))
  const { maxTokens, images, tools } = asked
  assert.ok(asked.system.includes('Be brief.'))
  assert.deepEqual(
    { maxTokens, images, tools, stop: asked.stop },
    {
      maxTokens: 77,
      images: seesImages ? [`data:image/png;base64,${image.data}`] : [],
      tools: ['get_weather', 'get_time'],
      stop: lacks.has('stop') ? [] : stop,
    },
  )
  upstreams.play(provider, 'schema')
  await client.ask({ model: modelOf(provider), streamed: false, schema: personSchema })
  // Where a vendor has no schema of its own, it stands in the instructions, or is that of a tool.
  assert.match(upstreams.fake(provider).requests.at(-1)?.bodyText ?? '', /"age\\*":/)
}

async function toolLoop(pair: Pair, streamed: boolean): Promise<void> {
  const { upstreams, client, provider } = pair
  for (const name of ['tool', 'parallel'] as const) {
    const expected = expectedFor(pair, name)
    const results = expected.calls.map((_, index) => `result ${index}`)
    const second = await loop(pair, { client, model: modelOf(provider), streamed, name, results })
    const body = upstreams.lastBody(provider)
    if (pair.options.untouched?.includes(provider)) {
      const direct = pair.options.client({ origin: upstreams.origin(provider) })
      await loop(pair, { client: direct, model: upstreamTable[provider].model, streamed, name, results })
      assert.deepEqual(
        told(body),
        told(upstreams.lastBody(provider)),
        'the provider is told what the SDK says',
      )
    } else sees(second.seen, expectedFor(pair, 'text'))
    const asked = askedOf(provider, body)
    assert.deepEqual(
      asked.calls.map(({ name, args }) => ({ name, args })),
      expected.calls,
    )
    assert.deepEqual(
      asked.results.map(({ text }) => text),
      results,
    )
    assert.deepEqual(
      asked.results.map(({ id }) => id),
      asked.calls.map(({ id }) => id),
      'results answer the calls by id',
    )
    proves(pair, name, asked.thinking)
  }
}

interface Loop {
  readonly client: Client
  readonly model: string
  readonly streamed: boolean
  readonly name: 'tool' | 'parallel'
  readonly results: readonly string[]
}

async function loop({ upstreams, provider }: Pair, by: Loop): Promise<Turn> {
  upstreams.play(provider, by.name)
  const first = await by.client.ask({ model: by.model, streamed: by.streamed, withTools: true })
  upstreams.play(provider, 'text')
  return first.reply(by.results)
}

/** Mistral states usage anyway and does not take the option. */
function told(body: JsonObject): JsonObject {
  const { stream_options: _asked, ...rest } = body
  return rest
}

/** What the vendor signed comes back to it as it was. */
function proves(
  pair: Pair,
  name: 'tool' | 'parallel',
  thinking: readonly { text: string; signature: string }[],
) {
  const proof = upstreamTable[pair.provider].proof?.[name]
  // An SDK that speaks to its own kind sends back what it likes.
  if (proof === undefined || pair.options.untouched?.includes(pair.provider)) return
  const own = pair.client.dialect === 'responses' && servesResponses.has(pair.provider)
  if (!own) assert.deepEqual(thinking, proof)
}
