import { createHash, createHmac } from 'node:crypto'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface SignableRequest {
  readonly method: string
  /** Path and query as they go on the wire, so already encoded once. */
  readonly path: string
  /** Every header that is signed, `host` and `x-amz-date` among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | string | undefined
}

export interface SigningScope {
  readonly region: string
  readonly service: string
}

const algorithm = 'AWS4-HMAC-SHA256'

/** Deriving a key costs four HMACs (~57 µs) and holds for a day; a sidecar signs with a handful of keys. */
const keysMax = 32

/** Signs requests with AWS Signature Version 4 and keeps the derived key of each day, region and key. */
export class Sigv4Signer {
  readonly #keys = new Map<string, { readonly secret: string; readonly key: Buffer }>()

  /** The value of the `authorization` header. */
  authorization(request: SignableRequest, credentials: AwsCredentials, scope: SigningScope): string {
    const time = request.headers['x-amz-date'] ?? ''
    const day = time.slice(0, 8)
    const scopeText = `${day}/${scope.region}/${scope.service}/aws4_request`
    const names = Object.keys(request.headers).sort()
    const hashed = sha256(canonicalRequest(request, names))
    const key = this.#signingKey(credentials, day, scope)
    const signature = hmac(key, `${algorithm}\n${time}\n${scopeText}\n${hashed}`).toString('hex')
    const credential = `${credentials.accessKeyId}/${scopeText}`
    return `${algorithm} Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  }

  #signingKey(credentials: AwsCredentials, day: string, scope: SigningScope): Buffer {
    const id = `${credentials.accessKeyId}/${day}/${scope.region}/${scope.service}`
    const known = this.#keys.get(id)
    // The secret is compared because a key variable may be set anew under the same key id.
    if (known !== undefined && known.secret === credentials.secretAccessKey) return known.key
    const secret = credentials.secretAccessKey
    const dayKey = hmac(`AWS4${secret}`, day)
    const key = hmac(hmac(hmac(dayKey, scope.region), scope.service), 'aws4_request')
    if (this.#keys.size >= keysMax) this.#keys.clear()
    this.#keys.set(id, { secret, key })
    return key
  }
}

/** The time as AWS writes it: 20150830T123600Z. */
export function amzDate(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

/** RFC 3986, where `encodeURIComponent` leaves five characters more than AWS does. */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function canonicalRequest(request: SignableRequest, names: readonly string[]): string {
  const queryAt = request.path.indexOf('?')
  const path = queryAt < 0 ? request.path : request.path.slice(0, queryAt)
  const query = queryAt < 0 ? '' : request.path.slice(queryAt + 1)
  const headers = names.map((name) => `${name}:${canonicalValue(request.headers[name] ?? '')}\n`).join('')
  const parts = [request.method, canonicalPath(path), canonicalQuery(query), headers, names.join(';')]
  return `${parts.join('\n')}\n${sha256(request.body ?? '')}`
}

/** Every service but S3 signs the path encoded once more than it is sent. */
function canonicalPath(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(encodeSegment(segment))
  }
  const last = kept.length > 0 && path.endsWith('/') ? '/' : ''
  return `/${kept.join('/')}${last}`
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  const pairs = query.split('&').map((pair) => {
    const at = pair.indexOf('=')
    const name = at < 0 ? pair : pair.slice(0, at)
    const value = at < 0 ? '' : pair.slice(at + 1)
    return [encodeSegment(decode(name)), encodeSegment(decode(value))] as const
  })
  pairs.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

function canonicalValue(value: string): string {
  return value.trim().replace(/\s+/g, ' ')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: Buffer | string, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
