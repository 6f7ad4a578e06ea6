import type { Finding } from './cross-check.ts'
import { builtInRoutes } from './names.ts'
import type { Config, RouteConfig } from './schema.ts'

type Note = readonly [path: readonly (string | number)[], message: string]

/**
 * Keys that are accepted, so that a file written today stays valid, but that do nothing yet. Each says so:
 * a setting that is believed to work and does not is worse than one that is refused.
 */
export function notInForce(config: Config): Finding[] {
  const notes: Note[] = [
    ...Object.entries(config.routes).flatMap(([name, route]) =>
      ofRoute(route, config).map(([path, message]): Note => [['routes', name, ...path], message]),
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
  return notes
}

function ofRoute(route: RouteConfig, { routes }: Config): Note[] {
  const notes: Note[] = []
  const note = (key: string, message: string) => notes.push([[key], message])
  if (Object.values(route.mask ?? {}).some((action) => action !== 'allow')) {
    // They choose among the candidates of all routes.
    const alike = builtInRoutes.filter((name) => !Object.hasOwn(routes, name)).join(', ')
    note(
      'mask',
      `masking is not there yet, so requests to this route are refused (501), and nothing leaves unmasked${alike === '' ? '' : `: ${alike} answer 501 as well`}`,
    )
  }
  const { exact = 'off', lexical = 'off', semantic = 'off' } = route.cache ?? {}
  if ([exact, lexical, semantic].some((kept) => kept !== 'off')) note('cache', `${yet}: nothing is cached`)
  for (const [index, candidate] of route.candidates.entries()) {
    if (candidate.prompt !== undefined)
      notes.push([['candidates', index, 'prompt'], `${yet}: prompts are not exchanged`])
  }
  return notes
}
