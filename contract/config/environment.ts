export type Environment = Readonly<Record<string, string | undefined>>

/** Variables that outrank the file, and the key each of them sets. */
const overrides: Readonly<Record<string, readonly [string] | readonly [string, string]>> = {
  SIDELIGHT_LISTEN: ['listen'],
  SIDELIGHT_ADMIN: ['admin'],
  SIDELIGHT_STATE_DIR: ['stateDir'],
  SIDELIGHT_WAREHOUSE_URL: ['warehouse', 'url'],
  SIDELIGHT_WAREHOUSE_LISTEN: ['warehouse', 'listen'],
  SIDELIGHT_LOG_LEVEL: ['log', 'level'],
}

type Keys = Record<string, unknown>

/** The value with what the environment sets, and which variable set which key. */
export function withEnvironment(
  value: unknown,
  environment: Environment,
): { value: unknown; setBy: ReadonlyMap<string, string> } {
  const setBy = new Map<string, string>()
  if (!isKeys(value)) return { value, setBy }
  const config: Keys = { ...value }
  for (const [variable, [key, inner]] of Object.entries(overrides)) {
    const own = environment[variable]
    if (own === undefined || own === '') continue
    if (inner === undefined) config[key] = own
    else config[key] = { ...(isKeys(config[key]) ? config[key] : {}), [inner]: own }
    setBy.set(inner === undefined ? key : `${key}.${inner}`, variable)
  }
  return { value: config, setBy }
}

/** An empty key in YAML is null; here it means the default, so that everything below it may be commented out. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isKeys(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      // What is sent to a provider may be null on purpose.
      .map(([key, inner]) => [key, key === 'params' ? inner : withoutNulls(inner)]),
  )
}

/** Replaces `${NAME}` by the variable; in the user part of a URL as that place needs it. */
export function substitute(text: string, environment: Environment): { text: string; missing: string[] } {
  const missing: string[] = []
  const at = text.includes('://') ? text.lastIndexOf('@') : -1
  const replaced = text.replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g,
    (_whole, variable: string, offset: number) => {
      const own = environment[variable]
      if (own === undefined) missing.push(variable)
      return offset < at ? encodeURIComponent(own ?? '') : (own ?? '')
    },
  )
  return { text: replaced, missing }
}

export function isKeys(value: unknown): value is Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
