/** What a key may use: names of routes, `provider/model`, or all of a provider as `provider/*`; undefined: everything. */
export type Allowed = ReadonlySet<string> | undefined

/** Routes have no slash in their names, so a route that is called like a provider does not open it. */
export function mayUse(allowed: Allowed, name: string): boolean {
  if (allowed === undefined || allowed.has(name)) return true
  const slash = name.indexOf('/')
  return slash > 0 && allowed.has(`${name.slice(0, slash)}/*`)
}
