/** What becomes of a header by its name; every name is looked up once. */
type HeaderClass =
  /** Describes one connection, not the message: never passed on, in either direction. */
  | 'hop'
  /** How callers prove who they are: theirs is Sidelight's key, the provider gets its own. */
  | 'credential'
  | 'cookie'
  | 'never_up'
  | 'accept_encoding'
  /** What proxies on the caller's side say about its network is nobody's business out there. */
  | 'network'
  /** Holds only while the body is as it was: its length, encoding and digests. */
  | 'body'
  | 'content_encoding'
  /**
   * True of the provider's own origin and not of this one: cookies could not go back up, and a browser must not
   * learn from a provider that pages of other sites may read what Sidelight answers.
   */
  | 'origin'
  | 'other'

const classes: Readonly<Record<Exclude<HeaderClass, 'other'>, readonly string[]>> = {
  hop: [
    'connection',
    'keep-alive',
    'proxy-authenticate',
    'proxy-authorization',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
  ],
  credential: ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'],
  cookie: ['cookie'],
  never_up: ['host', 'expect'],
  accept_encoding: ['accept-encoding'],
  network: ['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip'],
  body: ['content-length', 'content-md5', 'content-digest', 'repr-digest', 'digest', 'etag', 'accept-ranges'],
  content_encoding: ['content-encoding'],
  origin: ['set-cookie', 'alt-svc', 'strict-transport-security', 'clear-site-data'],
}

const classOfName: ReadonlyMap<string, HeaderClass> = new Map(
  Object.entries(classes).flatMap(([kind, names]) => names.map((name) => [name, kind as HeaderClass])),
)

function classOf(lower: string): HeaderClass {
  return classOfName.get(lower) ?? (lower.startsWith('x-sidelight-') ? 'hop' : 'other')
}

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
    if (!goesUp(lower, options) || named?.has(lower) || options.replaced.includes(lower)) continue
    kept.push(name, rawHeaders[index + 1] ?? '')
  }
  if (!options.opaque) kept.push('accept-encoding', 'identity')
  return kept
}

function goesUp(lower: string, options: UpstreamHeaderOptions): boolean {
  const kind = classOf(lower)
  switch (kind) {
    case 'other':
      if (lower.startsWith('x-forwarded-')) return false
      return !(options.translated && vendorPrefixes.some((prefix) => lower.startsWith(prefix)))
    case 'credential':
      return options.forwardCredentials && !(options.translated && lower === 'x-goog-api-key')
    case 'accept_encoding':
    case 'content_encoding':
      return options.opaque
    case 'body':
      return lower !== 'content-length'
    case 'origin':
      return true
    case 'hop':
    case 'cookie':
    case 'never_up':
    case 'network':
      return false
    default: {
      const unknown: never = kind
      return unknown
    }
  }
}

export interface CallerHeaderOptions {
  /** The body was changed: its length, encoding and digests no longer hold. */
  readonly changed: boolean
}

/** The provider's headers that go down with its answer. */
export function headersForCaller(rawHeaders: readonly string[], options: CallerHeaderOptions): string[] {
  const kept: string[] = []
  const named = connectionNames(rawHeaders)
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const lower = name.toLowerCase()
    if (!goesDown(lower, options) || named?.has(lower)) continue
    kept.push(name, rawHeaders[index + 1] ?? '')
  }
  return kept
}

function goesDown(lower: string, options: CallerHeaderOptions): boolean {
  const kind = classOf(lower)
  if (kind === 'other') return !lower.startsWith('access-control-')
  if (kind === 'body' || kind === 'content_encoding') return !options.changed
  return kind !== 'hop' && kind !== 'origin'
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
