import type { FaultClass } from '../../conversation/fault.ts'

/** Error codes and types of the hosts that speak OpenAI's wire. Texts are never looked at. */
const codesOfClass: Readonly<Partial<Record<FaultClass, readonly string[]>>> = {
  money: [
    'insufficient_quota',
    'credit_balance_exhausted',
    'billing_hard_limit_reached',
    'billing_not_active',
    'billing_error',
    'enforced_spend_limit_reached',
    'contract_spend_limit_reached',
    'insufficient_balance',
    'insufficient_credits',
    'payment_required',
    'openrouter_credits',
    'openrouter_key_limit',
    'exceeded_current_quota_error', // Moonshot
    'arrearage', // DashScope
    'allocationquota.freetieronly', // DashScope
    '1113', // Z.ai: balance
  ],
  rate_limit: [
    'rate_limit_exceeded',
    'rate_limit_error',
    'rate_limited',
    'rate_limit_reached_error', // Moonshot
    'ramp_limit_exceeded',
    'openrouter_in_flight_budget',
    'in_flight_budget_exhausted',
    'throttling',
    'throttling.ratequota',
    'throttling.allocationquota',
    'limit_requests',
    'resource_exhausted',
    'too_many_requests',
    '1302', // Z.ai: concurrency
    '1303', // Z.ai: frequency
  ],
  overloaded: [
    'server_is_overloaded',
    'overloaded_error',
    'engine_overloaded_error', // Moonshot
    'engine_overloaded',
    'service_unavailable_error',
    'service_unavailable',
    'slow_down',
    'model_overloaded',
    'capacity_exceeded', // Groq
    'insufficient_system_resource', // DeepSeek
    'nocapacity',
    'unavailable',
  ],
  context_length: [
    'context_length_exceeded',
    'context_window_exceeded',
    'model_context_window_exceeded',
    'token_limit_exceeded',
    'exceed_context_size_error', // llama.cpp
    '1261', // Z.ai: prompt too long
  ],
  content_filter: [
    'content_filter',
    'content_filter_error',
    'content_policy_violation',
    'responsibleaipolicyviolation', // Azure
    'moderation_blocked',
    'moderation_flagged',
    'invalid_prompt', // OpenAI: the prompt was found to break its policy
    'data_inspection_failed', // DashScope
    'datainspectionfailed',
    '1301', // Z.ai: sensitive content
  ],
  credentials: [
    'invalid_api_key',
    'incorrect_api_key_provided',
    'authentication_error',
    'invalid_authentication_error',
    'permission_denied_error',
    'account_deactivated',
    'unsupported_country_region_territory',
    'ip_not_authorized',
    'invalidapikey',
    'unauthenticated',
  ],
  model_missing: [
    'model_not_found',
    'model_not_available',
    'model_decommissioned', // Groq
    'invalid_model', // Mistral
    'deploymentnotfound', // Azure
    'modelnotfound',
    'model_not_supported',
    'model_terms_required',
    'resource_not_found_error', // Moonshot
    '1211', // Z.ai: unknown model
  ],
  slow: ['timeout', 'request_timeout', 'timeout_error', 'requesttimeout', 'deadline_exceeded'],
}

const classes: ReadonlyMap<string, FaultClass> = new Map(
  Object.entries(codesOfClass).flatMap(([found, codes]) =>
    codes.map((code) => [code, found as FaultClass] as const),
  ),
)

export function classOfCode(code: string, status: number): FaultClass | undefined {
  const found = classes.get(code.toLowerCase())
  // Groq says "rate limit" of one prompt that is over the whole minute's tokens: waiting will not help it.
  if (found === 'rate_limit' && status === 413) return 'context_length'
  return found
}

/** Where codes say nothing, as some hosts send none or only `invalid_request_error` for everything. */
export function classOfStatus(status: number): FaultClass {
  switch (status) {
    case 401:
    case 403:
      return 'credentials'
    case 402:
      return 'money'
    case 404:
      return 'model_missing'
    case 408:
    case 504:
    case 524:
      return 'slow'
    case 429:
      return 'rate_limit'
    case 409: // a lock that someone else holds
    case 425:
    case 498: // Groq: no capacity in the flex tier
    case 503:
    case 529:
      return 'overloaded'
    default:
      return status >= 400 && status < 500 ? 'request' : 'outage'
  }
}
