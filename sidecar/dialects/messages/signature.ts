import { isObject, stringAt } from '../../../contract/json.ts'
import type { Vendor } from '../../conversation/request.ts'

/** What proves that thinking is the issuer's own. */
export interface Proof {
  readonly signature?: string
  readonly redacted?: string
  readonly issuer: Vendor
  readonly id?: string
}

const mark = 'sidelight1:'
const markBase64 = Buffer.from(mark, 'utf8').toString('base64').slice(0, 12)

const vendors: Readonly<Record<string, Vendor>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'google',
  bedrock: 'bedrock',
  other: 'other',
}

/**
 * Callers of this dialect send `signature` and `data` back as they got them, so these can carry the proof
 * of any vendor. Anthropic's own stay as they are; another's is wrapped with its issuer.
 */
export function wrapProof(proof: Proof): string {
  return Buffer.from(mark + JSON.stringify(proof), 'utf8').toString('base64')
}

/** The proof inside, when the text was wrapped here; undefined for Anthropic's own. */
export function unwrapProof(text: string): Proof | undefined {
  if (!text.startsWith(markBase64)) return undefined
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  if (!decoded.startsWith(mark)) return undefined
  let value: unknown
  try {
    value = JSON.parse(decoded.slice(mark.length))
  } catch {
    return undefined
  }
  const issuer = isObject(value) ? vendors[stringAt(value, 'issuer') ?? ''] : undefined
  return issuer === undefined ? undefined : proofFrom(value, issuer)
}

function proofFrom(value: unknown, issuer: Vendor): Proof {
  const signature = stringAt(value, 'signature')
  const redacted = stringAt(value, 'redacted')
  const id = stringAt(value, 'id')
  return {
    issuer,
    ...(signature === undefined ? {} : { signature }),
    ...(redacted === undefined ? {} : { redacted }),
    ...(id === undefined ? {} : { id }),
  }
}
