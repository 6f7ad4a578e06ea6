import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Console, createConsole } from '../../dashboards/console/console.ts'
import type { LiveFeed } from '../../dashboards/console/live/hub.ts'
import { LiveTap } from '../../dashboards/console/live/tap.ts'
import type { ConsoleOptions } from '../../dashboards/console/options.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ConsoleServer extends AsyncDisposable {
  readonly console: Console
  readonly port: number
  readonly tap: LiveTap
  readonly logged: readonly string[]
  /** `target` is `POST /path`, or a path alone. */
  ask(target: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<Answer>
}

/** The console on a port of its own, with a tap instead of a whole sidecar. */
export async function consoleServer(own: Partial<ConsoleOptions> = {}): Promise<ConsoleServer> {
  const tap = new LiveTap()
  const feed: LiveFeed = { start: (tell) => tap.start(tell), stop: () => tap.stop(), latest: async () => [] }
  const logged: string[] = []
  const log = (message: string, fields?: object) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const made = createConsole({
    access: { token: undefined, isLoopback: true, hosts: [] },
    query: undefined,
    feed,
    request: async () => ({ kind: 'unknown' }),
    testRequest: undefined,
    facts: {
      data: { host: '127.0.0.1', port: 4100 },
      model: 'auto',
      needsKey: false,
      grafana: null,
      workers: 1,
    },
    log: { warn: log, error: log },
    nowMs: Date.now,
    ...own,
  })
  const server = createServer((req, res) => made.serve(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    console: made,
    port,
    tap,
    logged,
    ask: (target, headers = {}, body = '') => ask(port, { target, headers, body }),
    async [Symbol.asyncDispose]() {
      made.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Sent {
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

function ask(port: number, { target, headers, body }: Sent): Promise<Answer> {
  const [path = '', method = 'GET'] = target.split(' ').reverse()
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers, agent: false }, async (res) => {
      let text = ''
      for await (const chunk of res.setEncoding('utf8')) text += chunk
      resolve({ status: res.statusCode ?? 0, headers: res.headers, body: text })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
