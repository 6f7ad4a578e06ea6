import type { LiveScanner } from './live-scanner.ts'
import { type Actions, actionFor, type MaskPolicy, stricter } from './policy.ts'
import { withoutOverlaps } from './span.ts'

/**
 * What holds where a request may end at the provider of any route, `provider/model` and `auto` among them: of each
 * setting the strictest, so that no other name for a provider is a way around a route's rules.
 */
export function strictest(policies: readonly MaskPolicy[]): MaskPolicy | undefined {
  const [first, ...others] = policies
  if (first === undefined) return undefined
  return others.reduce(both, first)
}

function both(a: MaskPolicy, b: MaskPolicy): MaskPolicy {
  if (a === b) return a
  const strict = <T extends string>(one: T, other: T, word: T) =>
    one === word || other === word ? word : one
  return {
    input: bothActions(a.input, b.input),
    output: bothActions(a.output, b.output),
    // Given back only where both say so.
    reversible: new Set([...a.reversible].filter((type) => b.reversible.has(type))),
    onError: strict(a.onError, b.onError, 'block'),
    overBudget: strict(a.overBudget, b.overBudget, 'block'),
    budget: {
      timeMs: Math.min(a.budget.timeMs, b.budget.timeMs),
      bytes: Math.min(a.budget.bytes, b.budget.bytes),
    },
    unscanned: strict(a.unscanned, b.unscanned, 'block'),
    note: a.note || b.note,
    toolArgs: a.toolArgs,
    isStable: a.isStable || b.isStable,
    scanner: bothScanners(a.scanner, b.scanner),
    recognizers: [...a.recognizers, ...b.recognizers],
    version: a.version === b.version ? a.version : `${a.version}+${b.version}`.slice(0, 128),
    key: a.key,
  }
}

function bothActions(a: Actions, b: Actions): Actions {
  const types = new Set([...a.types.keys(), ...b.types.keys()])
  return {
    default: stricter(a.default, b.default),
    types: new Map([...types].map((type) => [type, stricter(actionFor(a, type), actionFor(b, type))])),
  }
}

/** Each route may have patterns and terms of its own. */
function bothScanners(a: LiveScanner, b: LiveScanner): LiveScanner {
  if (a === b) return a
  return {
    scan: (text, hint) => withoutOverlaps([...a.scan(text, hint), ...b.scan(text, hint)]),
  }
}
