/** What is used of the library's tables. */
export interface Metadata {
  hasCallingCode(code: string): boolean
  getCountryCodesForCallingCode(code: string): readonly string[] | undefined
  selectNumberingPlan(country: string): unknown
  hasTypes(): boolean
  nationalNumberPattern(): string
  readonly numberingPlan?: { nationalPrefixForParsing(): string | undefined }
}

/** How the numbers behind one country code look, where a look is enough. */
interface Plan {
  readonly number: RegExp
  /** What is cut off first by rules of the country; such numbers are the library's. */
  readonly prefix: RegExp | undefined
}

export interface Plans {
  /** Of `+` and digits; undefined where the library has to be asked. */
  isValid(international: string): boolean | undefined
}

/**
 * The library compiles its expressions anew for each number. Where one country has the code to itself and its numbers
 * are of no special types, its expression alone decides, and is kept here.
 */
export function createPlans(metadata: Metadata): Plans {
  const plans = new Map<string, Plan | 'ask'>()
  function planOf(code: string): Plan | 'ask' {
    const before = plans.get(code)
    if (before !== undefined) return before
    const plan = readPlan(metadata, code)
    plans.set(code, plan)
    return plan
  }
  return {
    isValid(international) {
      const code = codeOf(metadata, international)
      if (code === undefined) return false
      const plan = planOf(code)
      const number = international.slice(1 + code.length)
      if (plan === 'ask' || plan.prefix?.test(number) === true) return undefined
      return number.length >= lengthLeast && number.length <= lengthMost && plan.number.test(number)
    },
  }
}

/** Of what stands behind the country code, as the library has it. */
const lengthLeast = 2
const lengthMost = 17
const codeMost = 3

/** No code begins with another. */
function codeOf(metadata: Metadata, international: string): string | undefined {
  for (let length = 1; length <= codeMost; length += 1) {
    const code = international.slice(1, 1 + length)
    if (metadata.hasCallingCode(code)) return code
  }
  return undefined
}

function readPlan(metadata: Metadata, code: string): Plan | 'ask' {
  const [country, ...others] = metadata.getCountryCodesForCallingCode(code) ?? []
  if (country === undefined || country.length !== 2 || others.length > 0) return 'ask'
  metadata.selectNumberingPlan(country)
  if (metadata.hasTypes()) return 'ask'
  const prefix = metadata.numberingPlan?.nationalPrefixForParsing()
  return {
    number: new RegExp(`^(?:${metadata.nationalNumberPattern()})$`),
    prefix: prefix === undefined || prefix === '' ? undefined : new RegExp(`^(?:${prefix})`),
  }
}
