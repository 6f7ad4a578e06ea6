import type { Catalog } from '../contract/prices/catalog.ts'
import type { Scenario } from '../sidecar/providers/simulated/scenarios.ts'
import { type SimulatedServer, startSimulatedServer } from '../sidecar/providers/simulated/server.ts'
import { startTestSidecar, type TestSidecar } from './sidecar.ts'
import { chatWire, geminiWire, messagesWire, responsesWire, type Wire } from './wires.ts'

/** Two simulated providers behind one route: the first is in trouble, the second is well. */
export interface Pair extends AsyncDisposable {
  readonly sidecar: TestSidecar
  readonly first: SimulatedServer
  readonly second: SimulatedServer
  ask(stream: boolean, more?: PairAsk): Promise<Response>
}

export interface PairAsk {
  readonly signal?: AbortSignal
  readonly body?: Record<string, unknown>
}

/** Another model of the same vendor, with a price: the fallback should be told from the first. */
export const otherModel: ReadonlyMap<Wire, string> = new Map([
  [chatWire, 'gpt-4o'],
  [responsesWire, 'gpt-4o'],
  [messagesWire, 'claude-haiku-4-5'],
  [geminiWire, 'gemini-2.5-pro'],
])

/** Of another vendor, whose answers are translated for the caller. */
export const foreignWire: ReadonlyMap<Wire, Wire> = new Map([
  [chatWire, messagesWire],
  [responsesWire, geminiWire],
  [messagesWire, chatWire],
  [geminiWire, messagesWire],
])

const words = 20
export const fullAnswer = Array.from({ length: words }, (_, index) => index + 1).join(' ')

/** Short enough for a test, long enough for a machine that has other things to do. */
const timeouts = 'connect: 5s, headers: 400ms, firstToken: 400ms, idle: 400ms, attempt: 500ms, total: 20s'
export const beyondLimitsMs = 5000

export async function startPair(
  caller: Wire,
  options: {
    readonly second?: Wire
    readonly scenario?: Scenario
    /** More keys of the route, as YAML flow. */
    readonly route?: string
    readonly timeouts?: string
    readonly catalog?: Catalog
  } = {},
): Promise<Pair> {
  const second = options.second ?? caller
  const servers = await Promise.all([startSimulatedServer(), startSimulatedServer()])
  for (const server of servers) server.simulate(`text=numbers; tokens=${words}; gap=1ms`)
  const [one, two] = servers as [SimulatedServer, SimulatedServer]
  const origin = addressOf(options.scenario) ?? one.origin
  const sidecar = await startTestSidecar(
    `
providers:
  a: { kind: ${caller.kind}, baseUrl: '${caller.baseUrl(origin)}' }
  b: { kind: ${second.kind}, baseUrl: '${second.baseUrl(two.origin)}' }
routes:
  r:
    strategy: ordered
    candidates: [{ id: a, provider: a, model: ${caller.model} }, { id: b, provider: b, model: ${otherModel.get(second)} }]
    timeouts: { ${options.timeouts ?? timeouts} }
    ${options.route ?? ''}
`,
    {
      pools: { lookup: unresolvable },
      // Counting what was cut takes a worker, and each sidecar would start its own.
      counting: { jobsMax: 0 },
      ...(options.catalog === undefined ? {} : { catalog: options.catalog }),
    },
  )
  trouble(one, options.scenario, caller)
  return {
    sidecar,
    first: one,
    second: two,
    ask: (stream, { signal, body } = {}) =>
      fetch(sidecar.origin + caller.path('r', stream), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...caller.body('r', stream), ...body }),
        ...(signal === undefined ? {} : { signal }),
      }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server.close()))
      await sidecar[Symbol.asyncDispose]()
    },
  }
}

function addressOf(scenario: Scenario | undefined): string | undefined {
  if (scenario?.trouble.kind === 'refused') return 'http://127.0.0.1:1'
  return scenario?.trouble.kind === 'unknown_host' ? 'http://provider.invalid' : undefined
}

function trouble(server: SimulatedServer, scenario: Scenario | undefined, { model }: Wire): void {
  if (scenario?.trouble.kind === 'settings') server.simulate(scenario.trouble.settings, model)
  if (scenario?.trouble.kind === 'slow') server.simulate(`first=${beyondLimitsMs}ms`, model)
}

/** A name that nobody knows, without asking a resolver that may take its time to say so. */
function unresolvable(host: string, _options: object, found: (error: Error | null) => void): void {
  found(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }))
}

/** The text of an answer that came whole. */
export function wholeText(wire: Wire, body: string): string {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is under test
  const json: any = JSON.parse(body)
  if (wire === chatWire) return json.choices[0].message.content
  if (wire === responsesWire)
    return json.output.flatMap((item: { content?: { text: string }[] }) => item.content ?? [])[0].text
  if (wire === messagesWire) return json.content.find((block: { text?: string }) => block.text).text
  return json.candidates[0].content.parts.map((part: { text: string }) => part.text).join('')
}
