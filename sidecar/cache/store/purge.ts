import type { Entry } from './entry.ts'

/** What is to go. All that is named must fit; nothing named is everything only where `all` says so. */
export interface Purge {
  readonly all?: boolean
  readonly customer?: string
  readonly route?: string
  readonly model?: string
  /** `key=value`, or a key alone. */
  readonly tag?: string
  /** Beginning of the prompt's last user text, masked. */
  readonly prefix?: string
}

export function isPurged(entry: Entry, purge: Purge): boolean {
  const { customer, route, model, tag, prefix } = purge
  if (customer !== undefined && entry.customer !== customer) return false
  if (route !== undefined && entry.route !== route) return false
  if (model !== undefined && entry.model !== model && `${entry.provider}/${entry.model}` !== model)
    return false
  if (tag !== undefined && !hasTag(entry.tags, tag)) return false
  return prefix === undefined || entry.head.startsWith(prefix)
}

function hasTag(tags: Readonly<Record<string, string>>, tag: string): boolean {
  const at = tag.indexOf('=')
  return at < 0 ? Object.hasOwn(tags, tag) : tags[tag.slice(0, at)] === tag.slice(at + 1)
}
