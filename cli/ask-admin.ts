import type { Environment } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'

export interface AdminAnswer {
  readonly status: number
  readonly body: string
}

/** A page of the sidecar that runs under this configuration; undefined when none answers. */
export async function askAdmin(
  config: Config,
  environment: Environment,
  path: string,
): Promise<AdminAnswer | undefined> {
  const token = environment['SIDELIGHT_ADMIN_TOKEN'] ?? ''
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
  try {
    const response = await fetch(`${adminOrigin(config)}${path}`, {
      headers,
      signal: AbortSignal.timeout(10_000),
    })
    return { status: response.status, body: await response.text() }
  } catch {
    return undefined
  }
}

/** One listens on every address, but asks at one. */
export function adminOrigin({ admin }: Config): string {
  return `http://${admin.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')}`
}
