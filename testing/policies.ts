import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { makePolicy, type PolicyContent } from '../contract/policy/make.ts'
import type { ReadPolicy } from '../contract/policy/read.ts'

/** A sound policy of the route `r` over the candidates `a` and `b`, but for what a test says of it. */
export function testPolicy(own: Partial<PolicyContent> = {}, privateKey?: KeyObject): ReadPolicy {
  const version = own.version ?? 1
  const content: PolicyContent = {
    route: 'r',
    version,
    parent: version - 1,
    created_at: '2026-11-01T00:00:00.000Z',
    salt_id: 's1',
    segment_by: ['feature', 'prompt'],
    merge: {},
    segments: {},
    default: { a: 0.5, b: 0.5 },
    ...own,
  }
  return makePolicy(content, privateKey)
}

export function policyKeys(): {
  privateKey: KeyObject
  publicKey: KeyObject
  publicText: string
  seedText: string
} {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = (value: string | undefined) => Buffer.from(value ?? '', 'base64url').toString('base64')
  return {
    privateKey,
    publicKey,
    publicText: raw(publicKey.export({ format: 'jwk' }).x),
    seedText: raw(privateKey.export({ format: 'jwk' }).d),
  }
}
