import type { MaskConfig } from '../../contract/config/mask.ts'
import { canonicalType } from './detectors/registry.ts'
import type { LiveScanner } from './live-scanner.ts'
import type { Span } from './span.ts'

/** What is done with a find. From the mildest to the strictest. */
export const actions = ['allow', 'log', 'mask', 'partial', 'hash', 'redact', 'block'] as const
export type Action = (typeof actions)[number]

/** What is done by type; `default` for the rest. */
export interface Actions {
  readonly default: Action
  readonly types: ReadonlyMap<string, Action>
}

/** What one route does about personal data and secrets. */
export interface MaskPolicy {
  readonly input: Actions
  readonly output: Actions
  readonly reversible: ReadonlySet<string>
  readonly onError: 'block' | 'allow'
  readonly overBudget: 'block' | 'allow'
  readonly budget: { readonly timeMs: number; readonly bytes: number }
  readonly unscanned: 'allow' | 'block'
  readonly note: boolean
  readonly toolArgs: 'stream' | 'buffer'
  readonly isStable: boolean
  readonly scanner: LiveScanner
  /** Others that are asked as well, over the network. */
  readonly recognizers: readonly AskedRecognizer[]
  /** Names the rules, so that records tell which of them saw a request. */
  readonly version: string
  /** Makes the codes of `hash` and `stable`. */
  readonly key: Buffer
}

/** 500 ms: 2 MiB of the slowest text there is take that long (4 MB/s, digit logs). */
export const defaultBudget = { timeMs: 500, bytes: 2 * 1_048_576 }

const settings = new Set([
  'allow',
  'budget',
  'default',
  'dictionaries',
  'keyEnv',
  'minScore',
  'note',
  'onError',
  'output',
  'overBudget',
  'patterns',
  'phoneRegions',
  'recognizer',
  'reversible',
  'skipLoopbackIps',
  'skipPrivateIps',
  'stable',
  'toolArgs',
  'unscanned',
])

export interface AskedRecognizer {
  recognize(texts: readonly string[]): Promise<readonly (readonly Span[])[]>
  readonly onError: 'block' | 'allow'
}

export type PolicyMaterials = Pick<MaskPolicy, 'scanner' | 'recognizers' | 'version' | 'key'>

export function maskPolicy(config: MaskConfig, materials: PolicyMaterials): MaskPolicy {
  const { output, budget = {} } = config
  const input = actionsOf(config, 'mask')
  return {
    input,
    output: output === undefined && !acts(input) ? nothing : outputActions(output),
    reversible: new Set(config.reversible?.map(canonicalType)),
    onError: config.onError ?? 'block',
    overBudget: config.overBudget ?? 'block',
    budget: {
      timeMs: budget.time ?? defaultBudget.timeMs,
      bytes: budget.bytes ?? defaultBudget.bytes,
    },
    unscanned: config.unscanned ?? 'allow',
    note: config.note ?? true,
    toolArgs: config.toolArgs ?? 'stream',
    isStable: config.stable === 'hmac',
    ...materials,
  }
}

const nothing: Actions = { default: 'allow', types: new Map() }

/** A secret that the model makes up, or has from elsewhere, is nobody's to read. */
function outputActions(output: Readonly<Record<string, unknown>> = {}): Actions {
  return actionsOf({ SECRET: 'block', ...output }, 'log')
}

function actionsOf(config: Readonly<Record<string, unknown>>, usual: Action): Actions {
  const types = new Map<string, Action>()
  for (const [type, action] of Object.entries(config))
    if (!settings.has(type)) types.set(canonicalType(type), actionNamed(action))
  return { default: config['default'] === undefined ? usual : actionNamed(config['default']), types }
}

function actionNamed(name: unknown): Action {
  return name === 'log-only' ? 'log' : (name as Action)
}

export function actionFor(of: Actions, type: string): Action {
  return of.types.get(type) ?? of.default
}

/** The caller gets the value back. Secrets only where the route says so. */
export function isReversible(policy: MaskPolicy, type: string): boolean {
  return type !== 'SECRET' || policy.reversible.has(type)
}

/** Nothing is looked for, in either direction. */
export function isIdle(config: MaskConfig): boolean {
  const { output } = config
  return !acts(actionsOf(config, 'mask')) && (output === undefined || !acts(outputActions(output)))
}

/** Types that a configuration says something about. */
export function typesNamed(config: MaskConfig): string[] {
  const { types } = actionsOf(config, 'mask')
  return [...new Set([...types.keys(), ...outputActions(config.output).types.keys()])]
}

export function acts({ default: usual, types }: Actions): boolean {
  return usual !== 'allow' || [...types.values()].some((action) => action !== 'allow')
}

/** Something of a request may be changed or refused: what can't be looked at must not pass. */
export function guards({ default: usual, types }: Actions): boolean {
  return isGuardAction(usual) || [...types.values()].some(isGuardAction)
}

export const isGuardAction = (action: Action) => action !== 'allow' && action !== 'log'

export function stricter(a: Action, b: Action): Action {
  return actions.indexOf(a) >= actions.indexOf(b) ? a : b
}
