import type { Config } from '../contract/config/schema.ts'

/** A model name that works as it stands: the first route, else the simulated provider, else a placeholder. */
export function firstModel(config: Config): string {
  const [route] = Object.entries(config.routes)
    .filter(([, { mask }]) => mask === undefined)
    .map(([name]) => name)
  return route ?? simulatedModel(config) ?? `${Object.keys(config.providers)[0]}/MODEL`
}

/** One that costs nothing and needs no key; undefined when no simulated provider is configured. */
export function simulatedModel({ providers }: Config): string | undefined {
  const [simulated] = Object.entries(providers).find(([, { kind }]) => kind === 'simulated') ?? []
  if (simulated === undefined) return undefined
  return Object.keys(providers).length === 1 ? 'auto' : `${simulated}/sim-fast`
}
