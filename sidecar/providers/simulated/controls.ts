import { drawFrom } from './text.ts'

/**
 * How one request is to be answered. Settings come, later ones winning, from the model name
 * (`sim-slow;tokens=20`), from what the server was told to do for now, and from the `x-simulate` header.
 */
export interface Controls {
  /** Before the response head. */
  readonly latencyMs: number
  /** From the head to the first token. */
  readonly firstMs: number
  readonly gapMs: number
  /** Events that leave together, where there are gaps. */
  readonly burst: number
  /** Pings of the wire format while the first token is awaited. */
  readonly pingMs: number
  readonly tokens: number | undefined
  readonly cached: number | undefined
  readonly written: number | undefined
  readonly calls: number | undefined
  readonly echo: boolean
  readonly think: boolean
  /** Numbers go on where the last assistant turn of the prompt stopped, so that a continued answer can be checked. */
  readonly text: 'prose' | 'numbers'
  readonly status: number
  readonly retryAfter: string | undefined
  readonly code: string | undefined
  /** What it will not do, said in the words of each format. */
  readonly refuse: RefusalName | undefined
  readonly fault: Fault | undefined
  readonly usage: 'usual' | 'none' | 'late' | 'every'
  /** Only the first so many requests with the same settings misbehave. */
  readonly times: number | undefined
  /** Only this share of requests misbehaves. */
  readonly share: number
  /** How much its times vary from one request to the next: 0 not at all, 0.4 as much as those of busy providers. */
  readonly spread: number
}

export const faultNames = [
  'reset',
  'hang',
  'hang-headers',
  'truncate',
  'error-first',
  'error-event',
  'stall',
  'malformed',
  'html',
  'empty',
  'no-done',
  'cut-json',
  'end',
  'garble',
] as const
export type FaultName = (typeof faultNames)[number]

export interface Fault {
  readonly name: FaultName
  /** After so many frames; below 1 a share of them. */
  readonly at: number
}

export const refusalNames = ['rate', 'quota', 'key', 'context', 'filter', 'overloaded', 'model'] as const
export type RefusalName = (typeof refusalNames)[number]

/** What the built-in model names mean. Any other name answers at once. */
const modelSettings: Readonly<Record<string, string>> = {
  'sim-fast': 'first=5ms',
  'sim-slow': 'first=400ms; gap=15ms',
  'sim-cheap': 'first=80ms; gap=3ms',
  'sim-strong': 'first=250ms; gap=8ms',
  'sim-echo': 'echo=on',
  'sim-think': 'think=on',
}

export const simulatedModels = [
  ...Object.keys(modelSettings),
  'sim-embed',
  'sim-image',
  'sim-audio',
  'sim-rerank',
]

export function baseModel(model: string): string {
  return model.split(';', 1)[0] ?? model
}

/** Joins the sources into one list of settings; a later setting of the same name wins. */
export function settingsOf(model: string, standing: string, header: string): Map<string, string> {
  const base = baseModel(model)
  const known = Object.hasOwn(modelSettings, base) ? modelSettings[base] : ''
  const settings = new Map<string, string>()
  for (const item of `${known};${model.slice(base.length)};${standing};${header}`.split(';')) {
    const equals = item.indexOf('=')
    if (equals > 0) settings.set(item.slice(0, equals).trim(), item.slice(equals + 1).trim())
  }
  return settings
}

export function controlsOf(settings: ReadonlyMap<string, string>): Controls {
  const number = (name: string) => numberOf(settings.get(name))
  const usage = settings.get('usage')
  return {
    latencyMs: durationOf(settings.get('latency')),
    firstMs: durationOf(settings.get('first')),
    gapMs: durationOf(settings.get('gap')),
    burst: Math.max(1, Math.floor(number('burst') ?? 1)),
    pingMs: durationOf(settings.get('ping')),
    tokens: number('tokens'),
    cached: number('cached'),
    written: number('written'),
    calls: number('calls'),
    echo: settings.get('echo') === 'on',
    think: settings.get('think') === 'on',
    text: settings.get('text') === 'numbers' ? 'numbers' : 'prose',
    status: number('status') ?? 200,
    retryAfter: settings.get('retry-after'),
    code: settings.get('code'),
    refuse: refusalNames.find((name) => name === settings.get('refuse')),
    fault: faultOf(settings.get('fault')),
    usage: usage === 'none' || usage === 'late' || usage === 'every' ? usage : 'usual',
    times: number('times'),
    share: number('share') ?? 1,
    spread: number('spread') ?? 0,
  }
}

export function healthy(controls: Controls): Controls {
  const { status, fault, code, retryAfter, refuse } = controlsOf(new Map())
  return { ...controls, status, fault, code, retryAfter, refuse }
}

/** The same settings at the pace of one request: most are a little faster than usual, a few much slower. */
export function paced(controls: Controls, seed: string): Controls {
  const { spread, latencyMs, firstMs, gapMs } = controls
  if (spread === 0) return controls
  const draw = drawFrom(`pace ${seed}`)
  // Sums of uniform draws are nearly normal; their exponent is how waits of servers are spread.
  const normal = (draw(1000) + draw(1000) + draw(1000) + draw(1000) - 1998) / 577
  const factor = Math.exp(Math.min(spread, spreadMax) * normal)
  return { ...controls, latencyMs: latencyMs * factor, firstMs: firstMs * factor, gapMs: gapMs * factor }
}

const spreadMax = 2

export function misbehaves(controls: Controls): boolean {
  return controls.status !== 200 || controls.fault !== undefined || controls.refuse !== undefined
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

const unitMs: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, m: 60_000 }

function durationOf(text: string | undefined): number {
  const match = text?.match(/^(\d+(?:\.\d+)?)(ms|s|m)?$/)
  return match ? Number(match[1]) * (unitMs[match[2] ?? ''] ?? 1) : 0
}

function faultOf(text: string | undefined): Fault | undefined {
  const [name, at] = text?.split('@') ?? []
  const known = faultNames.find((fault) => fault === name)
  return known && { name: known, at: numberOf(at) ?? 0 }
}
