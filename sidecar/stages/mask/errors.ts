import { GatewayError } from '../../../contract/errors.ts'

/** Says what kind and how many: a value has no place in an error. */
export function blockedError(found: ReadonlyMap<string, number>): GatewayError {
  const types = [...found].map(([type, count]) => `${type} (${count})`).join(', ')
  return new GatewayError(
    'personal_data_blocked',
    `This route does not let through what was found: ${types}.`,
  )
}

export function unscannedError(what: string): GatewayError {
  return new GatewayError(
    'unscanned_content',
    `This route masks personal data, and nothing can look into ${what}.`,
  )
}
