/** What a browser says about where a request comes from, and what the name was by which it got here. */
export interface Whereabouts {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | string[] | undefined
}

/**
 * Without keys, whoever reaches the port spends the owner's money, and every page in the owner's browser can
 * reach loopback: by a form or a fetch without preflight, or by a name of its own that resolves to 127.0.0.1.
 * Programs send no Origin; pages that are meant to call go through a server or through `allowedHosts`.
 */
export function isForeign(
  from: Whereabouts,
  served: { readonly listen: string; readonly allowedHosts: readonly string[] },
): boolean {
  const { allowedHosts } = served
  const isKnown = (name: string) => isLocalName(name) || allowedHosts.includes(name)
  const site = from.origin === undefined ? undefined : siteOf(from.origin)
  // As a Host any address will do: only names can be made to point here. But a page may be served from one.
  if (site !== undefined && (!isKnown(site) || (isAddress(site) && !isPrivateAddress(site)))) return true
  // A page that is no stranger says so with its Origin; requests without one come from links and images.
  if (from.origin === undefined && from.fetchSite === 'cross-site') return true
  // Elsewhere than on loopback a public name is how one gets here, and somebody else guards the way.
  return (
    isLoopback(served.listen) && from.host !== undefined && from.host !== '' && !isKnown(hostOf(from.host))
  )
}

/** A page that may read answers: served by this machine, or from a name that the configuration lists. */
export function isOwnPage(origin: string, allowedHosts: readonly string[]): boolean {
  const site = siteOf(origin)
  return /^(?:localhost|127\.[\d.]+|::1)$/.test(site) || allowedHosts.includes(site)
}

function isLoopback(listen: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\]):/.test(listen)
}

/** Pages of files, extensions and sandboxes have no name: what comes back is one that nobody can have. */
function siteOf(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? hostOf(url.host) : 'nowhere.invalid'
}

function hostOf(host: string): string {
  // What nearly everyone sends, without four regular expressions.
  if (host.startsWith('127.0.0.1:')) return '127.0.0.1'
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

/** Names that no stranger can register: addresses, single words, and the suffixes reserved for private use. */
function isLocalName(name: string): boolean {
  if (isAddress(name) || !name.includes('.')) return true
  return /\.(?:localhost|local|internal|test|example|home\.arpa|svc)$/.test(name)
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(':')
}

function isPrivateAddress(address: string): boolean {
  return /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|::1$|f[cd]|fe80:)/.test(address)
}
