import { createRequire } from 'node:module'

/** What is used of libphonenumber-js/min. */
interface Library {
  readonly default: (text: string, region?: string) => Parsed | undefined
}

interface Parsed {
  isValid(): boolean
  isPossible(): boolean
}

export interface PhoneLibrary {
  /** `region` for numbers without a country code. */
  isValid(text: string, region: string | undefined): boolean
  isPossible(text: string, region: string | undefined): boolean
}

/** Loaded with the first number that needs it: its tables take 15 ms. */
export function createPhoneLibrary(): PhoneLibrary {
  let parse: Library['default'] | undefined
  const parsed = (text: string, region: string | undefined) => {
    parse ??= (createRequire(import.meta.url)('libphonenumber-js/min') as Library).default
    return parse(text, region)
  }
  return {
    isValid: (text, region) => parsed(text, region)?.isValid() === true,
    isPossible: (text, region) => parsed(text, region)?.isPossible() === true,
  }
}
