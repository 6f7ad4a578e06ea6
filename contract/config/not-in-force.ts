import type { Finding } from './cross-check.ts'
import type { Config, RouteConfig } from './schema.ts'

type Note = readonly [path: readonly (string | number)[], message: string]

/**
 * Keys that are accepted, so that a file written today stays valid, but that do nothing yet. Each says so:
 * a setting that is believed to work and does not is worse than one that is refused.
 */
export function notInForce(config: Config): Finding[] {
  const notes: Note[] = [
    ...Object.entries(config.routes).flatMap(([name, route]) =>
      ofRoute(route).map(([path, message]): Note => [['routes', name, ...path], message]),
    ),
    ...config.keys.flatMap((key, index): Note[] =>
      key.budget === undefined ? [] : [[['keys', index, 'budget'], `${yet}: nothing stops at this sum`]],
    ),
    ...Object.entries(config.providers).flatMap(([name, provider]): Note[] =>
      provider.targets === undefined
        ? []
        : [[['providers', name, 'targets'], `${yet}: only the provider's own key and address are used`]],
    ),
    ...ofWhole(config),
  ]
  return notes.map(([path, message]) => ({ path, message, fatal: false }))
}

const yet = 'not in force in this version'

function ofWhole(config: Config): Note[] {
  const notes: Note[] = []
  if (config.content.store === 'masked')
    notes.push([['content', 'store'], `${yet}: prompt and answer text is stored nowhere`])
  if (config.policy.source === 'file' || config.policy.publicKey !== undefined)
    notes.push([['policy'], `${yet}: weights are those of this file`])
  return notes
}

const unjudged = ['language', 'complexity', 'hasImages', 'turnsOver'] as const

function ofRoute(route: RouteConfig): Note[] {
  const notes: Note[] = []
  const note = (key: string, message: string) => notes.push([[key], message])
  if (Object.values(route.mask ?? {}).some((action) => action !== 'allow'))
    note(
      'mask',
      'masking is not there yet, so requests to this route are refused (501): nothing leaves unmasked',
    )
  if (route.strategy === 'cheapest' || route.strategy === 'fastest' || route.strategy === 'best')
    note('strategy', `${yet}: ${route.strategy} behaves like ordered, the first candidate first`)
  const { exact = 'off', lexical = 'off', semantic = 'off' } = route.cache ?? {}
  if ([exact, lexical, semantic].some((kept) => kept !== 'off')) note('cache', `${yet}: nothing is cached`)
  if (route.quality !== undefined) note('quality', `${yet}: weights are not tuned`)
  if (route.segmentBy !== undefined) note('segmentBy', `${yet}: all traffic of the route is one segment`)
  if (route.sticky !== undefined)
    note('sticky', `${yet}: a conversation sticks by x-sidelight-session, else a customer`)
  if (route.retries.budget !== undefined)
    notes.push([['retries', 'budget'], `${yet}: \`max\` alone limits retries`])
  if (route.require.capabilities.length > 0)
    notes.push([['require', 'capabilities'], `${yet}: candidates are not filtered by capability`])
  for (const [index, candidate] of route.candidates.entries()) {
    if (candidate.prompt !== undefined)
      notes.push([['candidates', index, 'prompt'], `${yet}: prompts are not exchanged`])
  }
  for (const [index, rule] of route.rules.entries()) {
    const blind = unjudged.filter((condition) => rule.when[condition] !== undefined)
    if (blind.length > 0)
      notes.push([
        ['rules', index, 'when'],
        `${yet}: ${blind.join(', ')} cannot be judged, so this rule never matches`,
      ])
  }
  return notes
}
