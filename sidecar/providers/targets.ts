import type { ProviderConfig } from '../../contract/config/schema.ts'
import type { ProviderTarget } from '../routing/route.ts'
import { textHash } from '../text-hash.ts'
import type { ProviderSettings } from './provider.ts'

/** What the one target of a provider without a list of them is called. */
export const onlyTarget = 'default'

type OneOrMore<T> = readonly [T, ...T[]]

/** Each entry of `targets` is the provider with what the entry says in its place. */
export function targetsOf(
  provider: string,
  config: ProviderConfig,
  settingsOf: (config: ProviderConfig) => ProviderSettings,
): OneOrMore<ProviderTarget> {
  const entries = config.targets ?? []
  const of = { provider, isOnly: entries.length < 2 }
  const [first, ...others] = entries.map((entry, index) => {
    const { name: _, ...own } = entry
    return targetOf(of, targetName(entries, index), settingsOf({ ...config, ...stated(own) }))
  })
  return first === undefined ? [targetOf(of, onlyTarget, settingsOf(config))] : [first, ...others]
}

type Entries = NonNullable<ProviderConfig['targets']>

/** The name it was given, else its region where no other has the same, else its place in the list. */
function targetName(entries: Entries, index: number): string {
  const place = String(index + 1)
  const { name, region = '' } = entries[index] ?? {}
  if (name !== undefined) return name
  const isAlone = entries.every((other, at) => at === index || (other.name ?? other.region) !== region)
  return region !== '' && isAlone ? region : place
}

function targetOf(
  { provider, isOnly }: { provider: string; isOnly: boolean },
  name: string,
  settings: ProviderSettings,
): ProviderTarget {
  const place = [settings.keyEnv, settings.baseUrl, settings.location].join(' ')
  return {
    name,
    settings,
    hasKey: !settings.keyRequired || settings.key !== undefined || settings.auth === 'forward',
    id: `${provider} ${name} ${place}`,
    isOnly,
    seed: textHash(place, 0),
  }
}

/** Without the keys that say nothing: they must not hide those of the provider. */
function stated<T extends object>(entry: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as never
}
