import type { Context, Hints } from '../../context.ts'
import { actionFor, guards, type MaskPolicy } from '../../masking/policy.ts'
import { hashed } from '../../masking/replaced.ts'
import { blockedError } from './errors.ts'

/** Everything of a request besides its body: what it says about itself, its address, and headers that are passed on. */
export function maskHead(context: Context, policy: MaskPolicy): void {
  context.hints = maskedHints(context.hints, policy)
  if (!guards(policy.input)) return
  refusePath(context, policy)
  context.withheldHeaders = withheld(context.req.rawHeaders, policy)
}

const labels = ['customer', 'feature', 'session', 'promptName', 'promptVersion', 'tier'] as const

/**
 * Records and dashboards group by these, so that a value becomes a code that is the same every time, and says
 * nothing to those who have not the key.
 */
function maskedHints(hints: Hints, policy: MaskPolicy): Hints {
  let changed: Record<string, unknown> | undefined
  const set = (key: string, value: unknown) => {
    changed ??= { ...hints }
    changed[key] = value
  }
  for (const name of labels) {
    const label = maskedLabel(hints[name], policy)
    if (label !== hints[name]) set(name, label)
  }
  const tags = Object.entries(hints.tags).map(
    ([key, value]) => [maskedLabel(key, policy), maskedLabel(value, policy)] as const,
  )
  if (tags.some(([key, value]) => hints.tags[key] !== value)) set('tags', Object.fromEntries(tags))
  return changed === undefined ? hints : (changed as unknown as Hints)
}

function maskedLabel(label: string, policy: MaskPolicy): string {
  if (label === '') return label
  let text = ''
  let from = 0
  for (const { start, end, type } of policy.scanner.scan(label)) {
    if (actionFor(policy.input, type) === 'allow') continue
    text += label.slice(from, start) + hashed(policy.key, type, { type, value: label.slice(start, end) })
    from = end
  }
  return from === 0 ? label : text + label.slice(from)
}

/** An address can't be masked: another one would be another thing. */
function refusePath(context: Context, policy: MaskPolicy): void {
  const found = findsIn(decoded(context.path), policy)
  if (found.size > 0) throw blockedError(found)
}

function findsIn(text: string, policy: MaskPolicy): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { type } of policy.scanner.scan(text)) {
    const action = actionFor(policy.input, type)
    if (action !== 'allow' && action !== 'log') found.set(type, (found.get(type) ?? 0) + 1)
  }
  return found
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll('+', ' '))
  } catch {
    return path
  }
}

/** Meant to be secrets, and dealt with elsewhere; or never passed on. */
const ownRules = new Set(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie', 'host'])

/** Headers that hold what the provider must not see are left out. */
function withheld(rawHeaders: readonly string[], policy: MaskPolicy): readonly string[] {
  const names: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    if (ownRules.has(name) || name.startsWith('x-sidelight-')) continue
    if (findsIn(rawHeaders[index + 1] ?? '', policy).size > 0) names.push(name)
  }
  return names
}
