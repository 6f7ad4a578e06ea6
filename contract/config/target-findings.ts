import { addressSlip } from './address-slip.ts'
import type { Finding } from './cross-check.ts'
import type { Environment } from './environment.ts'
import type { ProviderConfig } from './schema.ts'

/** Paths are below `targets` of the provider. */
export function targetFindings(provider: ProviderConfig, environment: Environment): Finding[] {
  const { targets = [], kind } = provider
  const findings: Finding[] = []
  const places = new Map<string, number>()
  const names = new Set<string>()
  for (const [index, target] of targets.entries()) {
    const note = (key: string, message: string, fatal = false) =>
      findings.push({ path: key === '' ? [index] : [index, key], message, fatal })
    const { name, keyEnv, baseUrl } = target
    if (keyEnv !== undefined && !environment[keyEnv])
      note(
        'keyEnv',
        `the variable ${keyEnv} is not set: this target is asked last, and its calls are refused`,
      )
    const slip = addressSlip(kind, baseUrl)
    if (slip !== undefined) note('baseUrl', slip)
    if (name !== undefined && names.has(name)) note('name', `two targets are called ${name}`, true)
    names.add(name ?? '')
    const place = placeOf(provider, target)
    const twin = places.get(place)
    if (twin === undefined) places.set(place, index)
    else
      note('', `it has the key and address of target ${twin + 1}: the two share one limit and fail together`)
    if (target.location !== undefined && !located.includes(kind))
      note('location', `only ${located.join(' and ')} providers have one; this is ${kind}`)
  }
  return findings
}

const located: readonly string[] = ['vertex', 'bedrock']

function placeOf(provider: ProviderConfig, target: NonNullable<ProviderConfig['targets']>[number]): string {
  const { keyEnv, baseUrl, location } = { ...provider, ...defined(target) }
  return JSON.stringify([keyEnv, baseUrl, location])
}

function defined(target: object): Partial<ProviderConfig> {
  return Object.fromEntries(Object.entries(target).filter(([, value]) => value !== undefined))
}
