import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { GatewayError } from '../../../contract/errors.ts'
import { numberAt, stringAt } from '../../../contract/json.ts'
import { type Credentials, readCredentials } from './credentials.ts'

export interface TokenServices {
  /** Posts a form (`application/x-www-form-urlencoded`) and gives back the body of a 2xx answer. */
  readonly fetchToken: (url: string, form: string) => Promise<string>
  readonly nowMs: () => number
}

export interface TokenSource {
  /** An access token for these credentials: at once while one is held, a promise when one must be fetched. */
  tokenFor(credentialsJson: string): string | Promise<string>
}

/** Tokens live an hour; a new one is fetched behind the scenes in the last five minutes of the old. */
const refreshAheadMs = 300_000
/** A token this close to its end might be refused when it arrives. */
const marginMs = 10_000
/** While the old token still holds, a failed refresh is tried again no sooner than this. */
const retryAfterMs = 10_000
/** Far above any configuration; a reload that changes keys must not grow the table for ever. */
const sourcesMax = 100

interface Held {
  readonly credentials: Credentials
  readonly privateKey: KeyObject | undefined
  token: string
  expiresMs: number
  retryMs: number
  fetching: Promise<string> | undefined
}

export function createTokenSource(services: TokenServices): TokenSource {
  const heldBy = new Map<string, Held>()
  return {
    tokenFor(credentialsJson) {
      const held = heldBy.get(credentialsJson) ?? hold(heldBy, credentialsJson)
      const nowMs = services.nowMs()
      if (nowMs >= held.expiresMs - marginMs) return fetchOnce(held, services)
      if (nowMs >= held.expiresMs - refreshAheadMs && nowMs >= held.retryMs) {
        held.retryMs = nowMs + retryAfterMs
        // The old token still holds: a failure here costs no one anything.
        fetchOnce(held, services).catch(() => undefined)
      }
      return held.token
    },
  }
}

function hold(heldBy: Map<string, Held>, credentialsJson: string): Held {
  const credentials = readCredentials(credentialsJson)
  const oldest = heldBy.keys().next().value
  if (heldBy.size >= sourcesMax && oldest !== undefined) heldBy.delete(oldest)
  const privateKey = credentials.type === 'service_account' ? privateKeyOf(credentials.privateKey) : undefined
  const held: Held = {
    credentials,
    privateKey,
    token: '',
    expiresMs: Number.NEGATIVE_INFINITY,
    retryMs: 0,
    fetching: undefined,
  }
  heldBy.set(credentialsJson, held)
  return held
}

/** Requests that arrive while a token is being fetched wait for the same one. */
function fetchOnce(held: Held, services: TokenServices): Promise<string> {
  held.fetching ??= fetchToken(held, services).finally(() => {
    held.fetching = undefined
  })
  return held.fetching
}

async function fetchToken(held: Held, services: TokenServices): Promise<string> {
  const nowMs = services.nowMs()
  const body = await services.fetchToken(held.credentials.tokenUri, formOf(held, nowMs))
  const { token, lifetimeMs } = readToken(body)
  held.token = token
  held.expiresMs = nowMs + lifetimeMs
  return token
}

function readToken(body: string): { token: string; lifetimeMs: number } {
  let answer: unknown
  try {
    answer = JSON.parse(body)
  } catch {
    answer = undefined
  }
  const token = stringAt(answer, 'access_token')
  if (!token) {
    const message = `The token endpoint of the Vertex provider gave no access token (${body.length} characters).`
    throw new GatewayError('provider_key_missing', message)
  }
  return { token, lifetimeMs: (numberAt(answer, 'expires_in') ?? 3600) * 1000 }
}

function formOf(held: Held, nowMs: number): string {
  const { credentials } = held
  if (credentials.type === 'authorized_user') {
    return new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      refresh_token: credentials.refreshToken,
    }).toString()
  }
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: signedAssertion(credentials, held.privateKey, nowMs),
  }).toString()
}

/** RFC 7523: a claim that the service account signs with its own key. */
function signedAssertion(
  credentials: Extract<Credentials, { type: 'service_account' }>,
  key: KeyObject | undefined,
  nowMs: number,
): string {
  const issuedAt = Math.floor(nowMs / 1000)
  const header = { alg: 'RS256', typ: 'JWT', ...(credentials.keyId ? { kid: credentials.keyId } : {}) }
  const claims = {
    iss: credentials.email,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    aud: credentials.tokenUri,
    iat: issuedAt,
    exp: issuedAt + 3600,
  }
  const content = `${base64Url(JSON.stringify(header))}.${base64Url(JSON.stringify(claims))}`
  const signature = sign('RSA-SHA256', Buffer.from(content), key ?? credentials.privateKey)
  return `${content}.${signature.toString('base64url')}`
}

const base64Url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

function privateKeyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    const message =
      'The private_key of the Vertex service account is not a PEM key: check how its line breaks were stored.'
    throw new GatewayError('provider_key_missing', message)
  }
}
