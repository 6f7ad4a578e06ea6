import type { Environment } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { warehouseToken } from '../ingest/token.ts'

/**
 * What the evals show to a sidecar, and it knows them by: named in the environment, else that of the admin port, else
 * on one machine what lies in the state directory that both share.
 */
export async function jobToken(
  { stateDir, evals, warehouse }: Pick<Config, 'stateDir' | 'evals' | 'warehouse'>,
  environment: Environment,
): Promise<string | undefined> {
  const named = environment['SIDELIGHT_EVALS_TOKEN'] || environment['SIDELIGHT_ADMIN_TOKEN']
  if (named !== undefined && named !== '') return named
  const isHere = evals !== undefined || warehouse.url === 'embedded'
  return isHere ? warehouseToken(stateDir) : undefined
}

export async function withJobToken(
  config: Pick<Config, 'stateDir' | 'evals' | 'warehouse'>,
  environment: Environment,
): Promise<Environment> {
  const token = await jobToken(config, environment)
  return token === undefined ? environment : { ...environment, SIDELIGHT_EVALS_TOKEN: token }
}
