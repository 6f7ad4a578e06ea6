/** A type that can be found, as configuration and records name it. */
export interface TypeEntry {
  readonly type: string
  readonly meaning: string
  /** Other names that configuration accepts. */
  readonly aliases?: readonly string[]
}

export const types: readonly TypeEntry[] = [
  { type: 'EMAIL', meaning: 'e-mail address', aliases: ['EMAIL_ADDRESS'] },
  { type: 'PHONE', meaning: 'phone number', aliases: ['PHONE_NUMBER'] },
  { type: 'PERSON', meaning: 'name of a person' },
  { type: 'SECRET', meaning: 'key, token or password' },
  { type: 'TERM', meaning: 'sensitive term of your own' },
]

/** The name used throughout, whichever of the known names is given; own types stay as they are. */
export function canonicalType(name: string): string {
  return types.find(({ type, aliases }) => type === name || aliases?.includes(name))?.type ?? name
}
