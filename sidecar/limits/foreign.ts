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
  if (from.origin !== undefined && !(URL.canParse(from.origin) && isKnown(hostOf(new URL(from.origin).host))))
    return true
  // A page that is no stranger says so with its Origin; requests without one come from links and images.
  if (from.origin === undefined && from.fetchSite === 'cross-site') return true
  // Elsewhere than on loopback a public name is how one gets here, and somebody else guards the way.
  return (
    isLoopback(served.listen) && from.host !== undefined && from.host !== '' && !isKnown(hostOf(from.host))
  )
}

function isLoopback(listen: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\]):/.test(listen)
}

function hostOf(host: string): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

/** Names that no stranger can register: addresses, single words, and the suffixes reserved for private use. */
function isLocalName(name: string): boolean {
  if (/^[\d.]+$/.test(name) || name.includes(':') || !name.includes('.')) return true
  return /\.(?:localhost|local|internal|test|example|home\.arpa|svc|cluster\.local)$/.test(name)
}
