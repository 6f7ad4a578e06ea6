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
    ...ofWhole(config),
  ]
  return notes.map(([path, message]) => ({ path, message, fatal: false }))
}

const yet = 'not in force in this version'

function ofWhole(config: Config): Note[] {
  const notes: Note[] = []
  const masks = [config.mask, ...Object.values(config.routes).map(({ mask }) => mask)]
  if (config.content.store === 'masked' && masks.every((mask) => mask === undefined))
    notes.push([['content', 'store'], 'keeps only text that was masked: without `mask` none is stored'])
  return notes
}

function ofRoute(route: RouteConfig): Note[] {
  const notes: Note[] = []
  for (const [index, candidate] of route.candidates.entries()) {
    if (candidate.prompt !== undefined)
      notes.push([['candidates', index, 'prompt'], `${yet}: prompts are not exchanged`])
  }
  return notes
}
