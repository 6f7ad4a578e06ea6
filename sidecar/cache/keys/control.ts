/** What the caller asks of the cache for this request. It can only tighten. */
export interface CacheControl {
  readonly read: boolean
  readonly write: boolean
  /** Older entries are no answer; undefined: any age. */
  readonly ageMaxS: number | undefined
  /** A miss is 504. */
  readonly only: boolean
}

export const noControl: CacheControl = { read: true, write: true, ageMaxS: undefined, only: false }

export function readControl(own: string, cacheControl: string): CacheControl {
  const directives = cacheControl
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  const word = own.trim().toLowerCase()
  if (word === '' && cacheControl === '') return noControl
  const isOff = word === 'bypass' || word === 'off' || directives.includes('no-store')
  const isFresh = word === 'refresh' || directives.includes('no-cache')
  const age = directives
    .map((directive) => /^max-age=(\d{1,9})$/.exec(directive)?.[1])
    .find((found) => found !== undefined)
  return {
    read: !isOff && !isFresh,
    write: !isOff,
    ageMaxS: age === undefined ? undefined : Number(age),
    only: word === 'only' || directives.includes('only-if-cached'),
  }
}
