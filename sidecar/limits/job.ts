import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../../contract/errors.ts'

/** Whose request it is: a caller's, one that the evals make about somebody else's, or one behind a hit of the cache. */
export interface Job {
  readonly role: 'primary' | 'shadow' | 'judge' | 'audit'
  /** The request it is about. */
  readonly pairId: string
  /** Of the route named beside it: who is to answer, whatever the weights are. */
  readonly candidate: string
}

export const noJob: Job = { role: 'primary', pairId: '', candidate: '' }

const pairCharsMax = 128

/** Only who has the token of the evals may say so: what is no caller's traffic counts in no bill and no estimate. */
export function jobOf(headers: IncomingHttpHeaders, tokenHash: Buffer | undefined): Job | undefined {
  const role = headers['x-sidelight-role']
  if (role === undefined) return undefined
  if (role !== 'shadow' && role !== 'judge') throw new GatewayError('role_denied')
  const token = headers['x-sidelight-job-token']
  if (typeof token !== 'string' || tokenHash === undefined) throw new GatewayError('role_denied')
  if (!timingSafeEqual(hashOf(token), tokenHash)) throw new GatewayError('role_denied')
  const text = (name: string) => String(headers[name] ?? '').slice(0, pairCharsMax)
  return { role, pairId: text('x-sidelight-pair'), candidate: text('x-sidelight-candidate') }
}

export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
