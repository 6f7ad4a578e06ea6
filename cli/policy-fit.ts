import { candidateId } from '../contract/config/cross-check.ts'
import { builtInRoutes } from '../contract/config/names.ts'
import type { Config } from '../contract/config/schema.ts'
import type { PolicyDocument } from '../contract/policy.ts'
import type { Draft } from './policy-publish.ts'

const known = new Set([
  ...[
    'schema',
    'route',
    'version',
    'parent',
    'id',
    'created_at',
    'not_before',
    'salt_id',
    'segment_by',
    'merge',
  ],
  ...['segments', 'default', 'canary', 'evidence', 'signature'],
])

/** Undefined: a built-in route, or one of another configuration. */
export function candidatesOf(config: Config, route: string): ReadonlySet<string> | undefined {
  const found = Object.hasOwn(config.routes, route) ? config.routes[route] : undefined
  return found && new Set(found.candidates.map(candidateId))
}

/** What is allowed and may not be meant. */
export function notesOn(
  draft: Draft,
  document: PolicyDocument,
  candidates: ReadonlySet<string> | undefined,
): string[] {
  const notes = Object.keys(draft.fields)
    .filter((name) => !known.has(name))
    .map((name) => `${JSON.stringify(name.slice(0, 40))} is no field of a policy; it stays and means nothing`)
  const named = namedBy(document)
  const silent = [...(candidates ?? [])].filter((id) => !named.has(id))
  if (silent.length > 0) notes.push(`not named, so they get nothing: ${silent.join(', ')}`)
  return notes
}

/** What a policy names and this configuration does not have. */
export function misfitsOf(document: PolicyDocument, candidates: ReadonlySet<string> | undefined): string[] {
  const { route } = document
  if (candidates === undefined)
    return builtInRoutes.some((name) => name === route)
      ? []
      : [`no route of this configuration is called ${route}`]
  const unknown = [...namedBy(document)].filter((id) => !candidates.has(id))
  return unknown.length === 0 ? [] : [`not configured, so they get nothing: ${unknown.join(', ')}`]
}

function namedBy(document: PolicyDocument): ReadonlySet<string> {
  return new Set([document.default, ...Object.values(document.segments)].flatMap(Object.keys))
}
