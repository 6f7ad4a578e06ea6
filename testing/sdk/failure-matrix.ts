import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client, ClientAddress } from './client.ts'
import {
  type FailedStatus,
  failedAnswer,
  failedStatuses,
  failsAtOnce,
  failsMidway,
  retryAfterSeconds,
  sentStatus,
  words,
} from './failures.ts'
import { onceRoute, startUpstreams, type UpstreamName, type Upstreams, upstreamTable } from './upstreams.ts'

/** What an application catches, in words that mean the same for every SDK. */
export interface Caught {
  /** The SDK's own class. */
  readonly kind: string
  readonly status: number | undefined
  readonly message: string
  readonly retryAfter: string | undefined
}

export interface FailureOptions {
  readonly providers: readonly UpstreamName[]
  readonly client: (at: ClientAddress) => Client
  readonly caught: (error: unknown) => Caught
  /** The class the SDK's documentation names for a status. */
  readonly kinds: Readonly<Record<number, string>>
  /** The class for an error inside a stream that has begun. */
  readonly midway: string
}

/** One client against providers that fail in every way: it raises the error its users know. */
export function failureMatrix(title: string, options: FailureOptions): void {
  test(title, async (t) => {
    await using upstreams = await startUpstreams(options.providers)
    for (const provider of options.providers) {
      for (const status of failedStatuses) {
        await t.test(`${provider}: ${status} is a ${options.kinds[sentStatus(provider, status)]}`, () =>
          failed({ upstreams, provider, options }, status),
        )
      }
      await t.test(`${provider}: an error as the first frame of a stream is an error, not a stream`, () =>
        failedAtOnce({ upstreams, provider, options }),
      )
      await t.test(`${provider}: an error inside a stream never looks like its end`, () =>
        failedMidway({ upstreams, provider, options }),
      )
    }
  })
}

interface Pair {
  readonly upstreams: Upstreams
  readonly provider: UpstreamName
  readonly options: FailureOptions
}

async function catching({ upstreams, provider, options }: Pair, streamed: boolean): Promise<Caught> {
  const client = options.client({ origin: upstreams.sidecar.origin })
  try {
    await client.ask({ model: onceRoute(provider), streamed })
  } catch (error) {
    return options.caught(error)
  }
  throw new Error('nothing was raised')
}

/** OpenAI answers each of its two dialects in its own. */
function wireFor({ upstreams, provider, options }: Pair) {
  const { dialect } = options.client({ origin: upstreams.sidecar.origin })
  return provider === 'openai' && dialect === 'responses'
    ? 'responses'
    : upstreamTable[provider].recording.wire
}

async function failed(pair: Pair, status: FailedStatus): Promise<void> {
  const { upstreams, provider, options } = pair
  upstreams.answer(provider, failedAnswer(provider, status))
  for (const streamed of [false, true]) {
    const caught = await catching(pair, streamed)
    const { request } = await upstreams.nextRecord()
    const sent = sentStatus(provider, status)
    assert.equal(caught.kind, options.kinds[sent])
    if (caught.status !== undefined) assert.equal(caught.status, sent)
    assert.match(caught.message, new RegExp(words))
    if (status === 429 && caught.retryAfter !== undefined)
      assert.equal(caught.retryAfter, String(retryAfterSeconds))
    assert.deepEqual(
      [request.status, request.http_status, request.provider, request.cost_usd],
      ['error', sent, provider, '0'],
    )
    assert.notEqual(request.error_code, '')
    // The record is read by more people than the caller.
    assert.ok(!JSON.stringify(request).includes(words))
  }
}

async function failedAtOnce(pair: Pair): Promise<void> {
  const { upstreams, provider } = pair
  upstreams.answer(provider, failsAtOnce(provider, wireFor(pair)))
  const caught = await catching(pair, true)
  const { request } = await upstreams.nextRecord()
  assert.match(caught.message, new RegExp(words))
  if (caught.status !== undefined) assert.ok(caught.status >= 500)
  assert.equal(request.status, 'error')
  assert.ok(request.http_status >= 500)
}

async function failedMidway(pair: Pair): Promise<void> {
  const { upstreams, provider, options } = pair
  upstreams.answer(provider, failsMidway(provider, wireFor(pair)))
  const caught = await catching(pair, true)
  const { request } = await upstreams.nextRecord()
  assert.equal(caught.kind, options.midway)
  assert.match(caught.message, new RegExp(words))
  assert.deepEqual([request.status, request.http_status], ['truncated', 200])
  assert.ok(request.output_tokens > 0)
  assert.ok(Number(request.cost_usd) > 0)
}
