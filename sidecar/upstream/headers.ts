/** What describes one connection, not the message: never passed on, in either direction. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Ways callers prove who they are: theirs is Sidelight's key, the provider gets its own. */
const credentials = new Set(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'])

const neverUp = new Set(['host', 'expect', 'content-length', 'accept-encoding'])

/** What proxies on the caller's side say about its network is nobody's business out there. */
const network = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
])

/** Meant for the vendor whose dialect the caller speaks; another would not understand them. */
const vendorPrefixes = ['anthropic-', 'openai-', 'x-stainless-', 'x-goog-', 'x-amz-']

export interface UpstreamHeaderOptions {
  /** The caller's own credentials go up (`auth: forward`). */
  readonly forwardCredentials: boolean
  /** The provider speaks another dialect than the caller. */
  readonly translated: boolean
  /** Names that Sidelight sets itself; the caller's are left out. */
  readonly replaced: readonly string[]
  /** Bytes go up and down as they are, compression included. */
  readonly opaque: boolean
}

/** The caller's headers that go up with its request: order, case and duplicates kept. */
export function headersForProvider(rawHeaders: readonly string[], options: UpstreamHeaderOptions): string[] {
  const kept: string[] = []
  const named = connectionNames(rawHeaders)
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) || named?.has(lower) || lower.startsWith('x-sidelight-')) continue
    if (network.has(lower) || lower.startsWith('x-forwarded-')) continue
    if (neverUp.has(lower) && !(options.opaque && lower === 'accept-encoding')) continue
    if (credentials.has(lower) && !(options.forwardCredentials && lower !== 'cookie')) continue
    if (options.replaced.includes(lower)) continue
    if (lower === 'content-encoding' && !options.opaque) continue
    if (options.translated && vendorPrefixes.some((prefix) => lower.startsWith(prefix))) continue
    kept.push(name, rawHeaders[index + 1] ?? '')
  }
  if (!options.opaque) kept.push('accept-encoding', 'identity')
  return kept
}

export interface CallerHeaderOptions {
  /** The body was changed: its length, encoding and digests no longer hold. */
  readonly changed: boolean
}

const bodyBound = new Set([
  'content-length',
  'content-encoding',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'etag',
  'accept-ranges',
])

/**
 * True of the provider's own origin and not of this one: cookies could not go back up, and a browser must not
 * learn from a provider that pages of other sites may read what Sidelight answers.
 */
const ofOrigin = new Set(['set-cookie', 'alt-svc', 'strict-transport-security', 'clear-site-data'])

/** The provider's headers that go down with its answer. */
export function headersForCaller(rawHeaders: readonly string[], options: CallerHeaderOptions): string[] {
  const kept: string[] = []
  const named = connectionNames(rawHeaders)
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) || named?.has(lower) || lower.startsWith('x-sidelight-')) continue
    if (ofOrigin.has(lower) || lower.startsWith('access-control-')) continue
    if (options.changed && bodyBound.has(lower)) continue
    kept.push(name, rawHeaders[index + 1] ?? '')
  }
  return kept
}

/** `Connection: close, X-Foo` makes X-Foo a header of this connection alone. */
function connectionNames(rawHeaders: readonly string[]): Set<string> | undefined {
  let names: Set<string> | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue
    for (const part of (rawHeaders[index + 1] ?? '').split(',')) {
      const lower = part.trim().toLowerCase()
      if (lower === 'close' || lower === 'keep-alive' || lower === '') continue
      names ??= new Set()
      names.add(lower)
    }
  }
  return names
}

/** Names come from callers too: what is not allowed in a header is percent-encoded. */
export function headerText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text)
}
