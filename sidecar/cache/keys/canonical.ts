import { hash } from 'node:crypto'
import type { Json } from '../../../contract/json.ts'

/**
 * JSON with sorted keys and numbers in one form. What is left out says nothing about the answer: who asks, notes for
 * the provider's books, and whether the answer comes as a stream.
 */
export function canonicalJson(value: Json | undefined, leaveOut: ReadonlySet<string> = nothing): string {
  if (value === undefined) return ''
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined && !leaveOut.has(key))
      members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}

const nothing: ReadonlySet<string> = new Set()

/** Top-level fields without influence on the answer, over all dialects. The model is part of the partition. */
export const notOfAnswer: ReadonlySet<string> = new Set([
  'metadata',
  'model',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'store',
  'stream',
  'stream_options',
  'user',
])

export function sha256(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** What a hit must never cross, before anything is compared. */
export interface Partition {
  /** Key of the caller, its application or the route's name, as the scope says; `scope` keeps them apart. */
  readonly scope: string
  readonly owner: string
  readonly customer: string
  readonly route: string
  /** Candidate that would answer: provider and model, and what is set for it. */
  readonly candidate: string
  readonly dialect: string
  readonly operation: string
  /** Of the masking and guard rules in force. */
  readonly rules: string
  /** Of the policy and the prompt template, where the route is ruled by them. */
  readonly policy: string
}

export function partitionKey(partition: Partition): string {
  const { scope, owner, customer, route, candidate, dialect, operation, rules, policy } = partition
  return JSON.stringify([scope, owner, customer, route, candidate, dialect, operation, rules, policy])
}

export interface Keys {
  /** Equal for requests that may be compared by their last user text. */
  readonly compat: string
  readonly exact: string
}

/** `rest` is the canonical request without the last user text. */
export function keysOf(partition: Partition, rest: string, lastText: string): Keys {
  const compat = sha256(`${partitionKey(partition)}\n${rest}`)
  return { compat, exact: sha256(`${compat}\n${lastText}`) }
}
