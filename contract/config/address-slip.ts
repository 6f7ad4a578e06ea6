import type { ProviderKind } from './names.ts'

/** Base URLs as the official SDKs take them; the other form answers 404 to everything. */
const withVersion: readonly ProviderKind[] = ['openai', 'openai-compatible', 'cohere']
const withoutVersion: readonly ProviderKind[] = ['anthropic', 'gemini']

/** Undefined: it looks right. */
export function addressSlip(kind: ProviderKind, baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined) return undefined
  const path = new URL(baseUrl).pathname.replace(/\/+$/, '')
  if (withVersion.includes(kind) && path === '')
    return `for ${kind} it usually ends in /v1, as in the official SDKs`
  if (withoutVersion.includes(kind) && /\/v\d\w*$/.test(path))
    return `for ${kind} it is the bare origin, without a version`
  return undefined
}
