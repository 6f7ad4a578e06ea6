import type { PolicyDocument } from '../../contract/policy.ts'
import type { Facts } from './facts.ts'

type Reader = (facts: Facts) => string

const readers: Readonly<Record<string, Reader>> = {
  feature: ({ given }) => given.feature,
  prompt: ({ given }) => given.prompt,
  tier: ({ given }) => given.tier,
  language: (facts) => facts.language,
  hasTools: (facts) => (facts.hasTools ? 'tools' : ''),
  hasSchema: (facts) => (facts.hasSchema ? 'schema' : ''),
  tokens: ({ given }) => sizeClass(given.inputTokens),
}

function sizeClass(tokens: number): string {
  if (tokens < 1000) return '<1k'
  if (tokens < 8000) return '<8k'
  return tokens < 32_000 ? '<32k' : '32k+'
}

/** Keys come from documents too: `constructor` is none. */
function ownOf<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function partOf(key: string, facts: Facts): string {
  const tag = key.startsWith('tags.') ? key.slice('tags.'.length) : undefined
  const value = tag === undefined ? ownOf(readers, key)?.(facts) : ownOf(facts.given.tags, tag)
  if (value === undefined) return ''
  return value.replaceAll('|', '/')
}

/**
 * The part of a route's traffic that a request belongs to: the values of its keys, joined; empty ones at the end are
 * left off, so a request without any is in the segment ''.
 */
export function segmentOf(keys: readonly string[], facts: Facts): string {
  let segment = ''
  let bars = ''
  for (const key of keys) {
    const value = partOf(key, facts)
    if (value !== '') {
      segment += bars + value
      bars = ''
    }
    bars += '|'
  }
  return segment
}

/** As the policy in force splits the route, else as the configuration does. */
export function segmentUnder(
  policy: PolicyDocument | undefined,
  keys: readonly string[],
  facts: Facts,
): string {
  if (policy === undefined) return segmentOf(keys, facts)
  const segment = segmentOf(policy.segment_by, facts)
  return Object.hasOwn(policy.merge, segment) ? (policy.merge[segment] ?? segment) : segment
}
