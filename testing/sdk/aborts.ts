import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { stallsMidway } from './failures.ts'
import { startUpstreams, type UpstreamName, upstreamTable } from './upstreams.ts'

/** A provider hears within this time that nobody listens any more. */
const closedMsMax = 250

export interface AbortOptions {
  readonly providers: readonly UpstreamName[]
  readonly wire?: 'responses'
  /** Streams from the sidecar, and leaves through the SDK's own means once the first text is there. */
  readonly leave: (at: { readonly origin: string; readonly model: string }) => Promise<void>
}

export function abortTest(title: string, options: AbortOptions): void {
  test(title, async () => {
    await using upstreams = await startUpstreams(options.providers)
    for (const provider of options.providers) {
      const wire = provider === 'openai' ? options.wire : undefined
      upstreams.answer(provider, stallsMidway(provider, wire))
      await options.leave({
        origin: upstreams.sidecar.origin,
        model: `${provider}/${upstreamTable[provider].model}`,
      })
      const leftAt = performance.now()
      const fake = upstreams.fake(provider)
      while (fake.abortedAt.length === 0 && performance.now() - leftAt < 2000) await sleep(2)
      assert.equal(fake.abortedAt.length, 1)
      assert.ok((fake.abortedAt[0] ?? Number.POSITIVE_INFINITY) - leftAt <= closedMsMax)
      const { request } = await upstreams.nextRecord()
      assert.deepEqual([request.status, request.http_status], ['client_abort', 200])
      // What was delivered is paid for, though the provider never says how much it was.
      assert.ok(request.output_tokens > 0)
      assert.ok(Number(request.cost_usd) > 0)
    }
  })
}
