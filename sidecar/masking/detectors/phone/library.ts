import { createRequire } from 'node:module'
import { createPlans, type Metadata } from './plans.ts'

/** What is used of libphonenumber-js/min. */
interface Library {
  readonly default: (text: string, region?: string) => Parsed | undefined
  readonly Metadata: new () => Metadata
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

/** The library takes 10 µs a number; texts repeat theirs. */
const knownMost = 512

interface Answer {
  readonly isValid: boolean
  readonly isPossible: boolean
}

const no: Answer = { isValid: false, isPossible: false }

/** Loaded with the first number that needs it: its tables take 15 ms. */
export function createPhoneLibrary(): PhoneLibrary {
  let library: Library | undefined
  let plans: ReturnType<typeof createPlans> | undefined
  const known = new Map<string, Answer>()
  const load = () => {
    library ??= createRequire(import.meta.url)('libphonenumber-js/min') as Library
    return library
  }
  function ask(text: string, region: string | undefined): Answer {
    const name = region === undefined ? text : `${region}${text}`
    const before = known.get(name)
    if (before !== undefined) return before
    const parsed = load().default(text, region)
    const answer = parsed === undefined ? no : { isValid: parsed.isValid(), isPossible: parsed.isPossible() }
    if (known.size >= knownMost) known.clear()
    known.set(name, answer)
    return answer
  }
  return {
    isValid(text, region) {
      if (region !== undefined) return ask(text, region).isValid
      plans ??= createPlans(new (load().Metadata)())
      return plans.isValid(text) ?? ask(text, region).isValid
    },
    isPossible: (text, region) => ask(text, region).isPossible,
  }
}
