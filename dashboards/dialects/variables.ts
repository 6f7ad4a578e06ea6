/** Names of what a viewer can choose, the same in Grafana (`var-app`) and in the console's address (`app=`). */
export const multiVariables = [
  'env',
  'app',
  'team',
  'customer',
  'feature',
  'route',
  'provider',
  'model',
  'prompt_version',
] as const
export const oneVariables = ['one_customer', 'request_id'] as const
export const textVariables = ['search'] as const
export const numberVariables = ['slo_ms', 'slo_target'] as const

export type MultiVariable = (typeof multiVariables)[number]
export type OneVariable = (typeof oneVariables)[number]
export type TextVariable = (typeof textVariables)[number]
export type NumberVariable = (typeof numberVariables)[number]
export type VarName = MultiVariable | OneVariable | TextVariable | NumberVariable

/** What holds until somebody chooses: answers within 8 s, for 99 % of requests. */
export const numberDefaults: Readonly<Record<NumberVariable, number>> = { slo_ms: 8000, slo_target: 0.99 }
