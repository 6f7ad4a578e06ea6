import { GatewayError } from '../../../contract/errors.ts'
import type { Address, Call, HeaderList, Provider, ProviderSettings, SignInput } from '../provider.ts'
import { amzDate, encodeSegment, Sigv4Signer } from './sigv4.ts'

const defaultLocation = 'us-east-1'

/** Holds the signing keys of the day, so one provider object should serve all requests. */
export function createBedrockProvider(): Provider {
  const signer = new Sigv4Signer()
  return {
    kind: 'bedrock',
    formatFor: ({ operation }) => (operation === 'generate' ? 'converse' : undefined),
    address,
    sign: (input) => sign(signer, input),
  }
}

export function bedrockBaseUrl(location: string): string {
  const suffix = location.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return `https://bedrock-runtime.${location || defaultLocation}.${suffix}`
}

function address({ settings, operation, model, stream, callerPath }: Call): Address {
  const { origin, pathname } = new URL(settings.baseUrl || bedrockBaseUrl(settings.location))
  const prefix = pathname.replace(/\/+$/, '')
  // Ids hold ':' and, as ARNs, '/': one segment all the same.
  const path =
    operation === 'generate'
      ? `/model/${encodeSegment(model)}/converse${stream ? '-stream' : ''}`
      : callerPath
  return { origin, path: prefix + path }
}

function sign(signer: Sigv4Signer, input: SignInput): HeaderList {
  const { settings, method } = input.call
  if (settings.auth === 'forward') return []
  if (settings.key) return ['authorization', `Bearer ${settings.key}`]
  const credentials = credentialsOf(settings)
  const headers = {
    host: new URL(input.address.origin).host,
    'x-amz-date': amzDate(input.nowMs),
    ...(credentials.sessionToken ? { 'x-amz-security-token': credentials.sessionToken } : {}),
  }
  const scope = { region: signingRegion(settings, input.address.origin), service: 'bedrock' }
  // Generation is a POST whatever the caller's own method and path were.
  const signed = {
    method: input.call.operation === 'generate' ? 'POST' : method,
    path: input.address.path,
    headers,
    body: input.body,
  }
  const { host: _, ...sent } = headers
  const list = Object.entries(sent).flat()
  return [...list, 'authorization', signer.authorization(signed, credentials, scope)]
}

function credentialsOf({ secrets, keyEnv, name }: ProviderSettings) {
  const accessKeyId = secrets['awsAccessKeyId']
  const secretAccessKey = secrets['awsSecretAccessKey']
  if (!accessKeyId || !secretAccessKey) {
    throw new GatewayError(
      'provider_key_missing',
      `Provider ${name} has no credentials: set ${keyEnv || 'AWS_BEARER_TOKEN_BEDROCK'}, ` +
        'or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the environment of Sidelight.',
    )
  }
  return { accessKeyId, secretAccessKey, sessionToken: secrets['awsSessionToken'] }
}

/** The signature names the region the host is in, so a host that says it wins over nothing being set. */
function signingRegion(settings: ProviderSettings, origin: string): string {
  if (settings.location) return settings.location
  return /\/\/bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./.exec(origin)?.[1] ?? defaultLocation
}
