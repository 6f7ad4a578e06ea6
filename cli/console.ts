import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '../contract/config/schema.ts'
import { createConsole } from '../dashboards/console/console.ts'
import type { LiveFeed } from '../dashboards/console/live/hub.ts'
import type { RequestOutcome, TestOutcome } from '../dashboards/console/options.ts'
import type { AdminOptions, ExplainOutcome } from '../sidecar/admin.ts'
import type { Explanation } from '../sidecar/explain/explanation.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { BillsOf } from './console-bills.ts'
import { openConsoleQuery } from './console-query.ts'
import { firstModel, simulatedModel } from './first-model.ts'
import { reachable } from './reachable.ts'

interface Parts {
  readonly config: () => Config
  readonly data: AddressInfo
  readonly live: LiveFeed
  readonly explain: (requestId: string) => Promise<ExplainOutcome>
  readonly access: Pick<AdminOptions, 'token' | 'isLoopback' | 'allowedHosts'>
  readonly log: Log
}

export interface OpenConsole {
  readonly serve: (req: IncomingMessage, res: ServerResponse) => void
  close(): Promise<void>
}

/** The console with all it needs of the sidecar and the warehouse. */
export async function openConsole({ config, data, live, explain, access, log }: Parts): Promise<OpenConsole> {
  const first = config()
  const query = openConsoleQuery(first)
  const bills = new BillsOf(config)
  const model = simulatedModel(first)
  const { token, isLoopback, allowedHosts } = access
  const page = createConsole({
    access: { token, isLoopback, hosts: allowedHosts },
    query: query?.ask,
    feed: live,
    async request(id): Promise<RequestOutcome> {
      const outcome = await explain(id)
      if (outcome.kind !== 'found') return outcome
      const explanation = outcome.explanation as Explanation
      return { kind: 'found', explanation, bills: bills.of(explanation) }
    },
    // A caller's key is known here only by its hash.
    testRequest:
      model === undefined || first.keys.length > 0
        ? undefined
        : () => sendTest(`${reachable(data)}/v1`, model),
    facts: {
      data: { host: data.address, port: data.port },
      model: firstModel(first),
      needsKey: first.keys.length > 0,
      grafana: first.console.grafana ?? null,
      workers: first.workers,
    },
    log,
    nowMs: Date.now,
  })
  return {
    serve: page.serve,
    async close() {
      page.close()
      await query?.close()
    },
  }
}

const testMs = 10_000

/** Through the data plane like anybody's, so that what it shows is what everybody gets. */
async function sendTest(baseUrl: string, model: string): Promise<TestOutcome> {
  try {
    const answer = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-sidelight-feature': 'test-request',
        'x-sidelight-customer': 'console',
      },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello to the console.' }] }),
      signal: AbortSignal.timeout(testMs),
    })
    await answer.arrayBuffer()
    const requestId = answer.headers.get('x-sidelight-request-id') ?? ''
    return { kind: 'sent', requestId, status: answer.status }
  } catch {
    return { kind: 'failed', message: 'the data plane did not answer' }
  }
}
