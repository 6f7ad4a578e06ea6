import { GatewayError } from '../../../contract/errors.ts'
import { isObject, type JsonObject, stringAt } from '../../../contract/json.ts'

export const defaultTokenUri = 'https://oauth2.googleapis.com/token'

/** What the JSON file of a service account, or of `gcloud auth application-default login`, says. */
export type Credentials =
  | {
      readonly type: 'service_account'
      readonly email: string
      readonly privateKey: string
      readonly keyId: string | undefined
      readonly tokenUri: string
    }
  | {
      readonly type: 'authorized_user'
      readonly clientId: string
      readonly clientSecret: string
      readonly refreshToken: string
      readonly tokenUri: string
    }

export function readCredentials(json: string): Credentials {
  const file = parsed(json)
  const tokenUri = stringAt(file, 'token_uri') ?? defaultTokenUri
  if (stringAt(file, 'type') === 'authorized_user') {
    return {
      type: 'authorized_user',
      clientId: required(file, 'client_id'),
      clientSecret: required(file, 'client_secret'),
      refreshToken: required(file, 'refresh_token'),
      tokenUri,
    }
  }
  return {
    type: 'service_account',
    email: required(file, 'client_email'),
    privateKey: required(file, 'private_key'),
    keyId: stringAt(file, 'private_key_id'),
    tokenUri,
  }
}

function parsed(json: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    value = undefined
  }
  if (isObject(value)) return value
  throw unusable('it is not a JSON object')
}

function required(file: JsonObject, name: string): string {
  const value = stringAt(file, name)
  if (value) return value
  throw unusable(`it has no ${name}`)
}

function unusable(problem: string): GatewayError {
  const message = `The service account of the Vertex provider cannot be used: ${problem}. Put the content of its key file into the variable.`
  return new GatewayError('provider_key_missing', message)
}
