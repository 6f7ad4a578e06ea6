import type { SidecarOptions } from '../sidecar/main.ts'
import type { HealthOptions } from '../sidecar/routing/health/registry.ts'
import { type FakeUpstream, fakeUpstream } from './fake-upstream.ts'
import { startTestSidecar, type TestSidecar } from './sidecar.ts'
import { chatWire, type Wire } from './wires.ts'

export interface Stage extends AsyncDisposable {
  readonly sidecar: TestSidecar
  /** One scripted provider per candidate, in the order of the route. */
  readonly upstreams: readonly FakeUpstream[]
  readonly a: FakeUpstream
  readonly b: FakeUpstream
  /** Asks the route `r` for an answer. */
  ask(options?: AskOptions): Promise<Response>
}

export interface AskOptions {
  readonly stream?: boolean
  readonly headers?: Record<string, string>
  readonly body?: Record<string, unknown>
  readonly signal?: AbortSignal
  readonly wire?: Wire
}

/** A sidecar whose route `r` asks one scripted provider after the other. */
export async function startStage(
  options: {
    /** Which API each provider speaks; one candidate per entry. Default: two of the caller's own. */
    readonly providers?: readonly Wire[]
    readonly caller?: Wire
    /** More keys of the route, as YAML flow. */
    readonly route?: string
    readonly top?: string
    /** More keys of each provider, as YAML flow, with the origins of all. */
    readonly provider?: (origins: readonly string[]) => string
    readonly environment?: Record<string, string>
    readonly health?: Partial<HealthOptions>
    readonly answers?: SidecarOptions['answers']
    /** More providers, a line of YAML each. */
    readonly extraProviders?: string
  } = {},
): Promise<Stage> {
  const caller = options.caller ?? chatWire
  const providers = options.providers ?? [caller, caller]
  const upstreams = await Promise.all(providers.map(() => fakeUpstream()))
  const own = options.provider?.(upstreams.map(({ origin }) => origin))
  const more = own === undefined ? '' : `, ${own}`
  const names = providers.map((_, index) => String.fromCharCode(97 + index))
  const lines = providers.map(
    (wire, index) =>
      `  ${names[index]}: { kind: ${wire.kind}, baseUrl: '${wire.baseUrl(upstreams[index]?.origin ?? '')}'${more} }`,
  )
  const candidates = providers.map(
    (wire, index) => `{ id: ${names[index]}, provider: ${names[index]}, model: ${wire.model} }`,
  )
  const { environment, health, answers } = options
  const given = {
    ...(environment && { environment }),
    ...(health && { health }),
    ...(answers && { answers }),
  }
  const sidecar = await startTestSidecar(
    `
${options.top ?? ''}
providers:
${[...lines, options.extraProviders ?? ''].join('\n')}
routes:
  r: { strategy: ordered, candidates: [${candidates.join(', ')}]${options.route === undefined ? '' : `, ${options.route}`} }
`,
    given,
  )
  const first = upstreams[0] as FakeUpstream
  return {
    sidecar,
    upstreams,
    a: first,
    b: upstreams[1] ?? first,
    ask: ({ stream = false, headers = {}, body, signal, wire = caller } = {}) =>
      fetch(sidecar.origin + wire.path('r', stream), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ ...wire.body('r', stream), ...body }),
        ...(signal === undefined ? {} : { signal }),
      }),
    [Symbol.asyncDispose]: async () => {
      await sidecar[Symbol.asyncDispose]()
      await Promise.all(upstreams.map((upstream) => upstream[Symbol.asyncDispose]()))
    },
  }
}
