import type { Fault } from '../../conversation/fault.ts'
import type { Candidate, ProviderTarget } from '../../routing/route.ts'

/** What a failed attempt calls for: another candidate, the same one again where there is no other, or neither. */
export type Verdict = 'next_or_again' | 'next' | 'stop'

export function verdictOn(
  fault: Fault,
  route: { readonly fallbackOnContentFilter: boolean },
  /** Another model has judged the content already: two verdicts are enough. */
  wasFiltered = false,
): Verdict {
  switch (fault.class) {
    case 'outage':
    case 'overloaded':
    case 'rate_limit':
      return 'next_or_again'
    case 'slow':
      // A timeout that the provider states passes; one that was measured here has used up the wait for it.
      return fault.status === 0 ? 'next' : 'next_or_again'
    case 'money':
    case 'credentials':
    case 'model_missing':
    case 'context_length':
      return 'next'
    case 'content_filter':
      return route.fallbackOnContentFilter && !wasFiltered ? 'next' : 'stop'
    case 'request':
    case 'aborted':
      return 'stop'
    default: {
      const unknown: never = fault.class
      return unknown
    }
  }
}

/** Whether asking this candidate makes sense after another one failed like that. */
export function mayFollow(fault: Fault, failed: Candidate, next: Candidate): boolean {
  if (fault.class !== 'context_length') return true
  return next.contextTokens !== undefined && next.contextTokens > (failed.contextTokens ?? 0)
}

/**
 * Which of the candidate's other targets may do better: with another key where the key, its account or its
 * limit was at fault, at another address where that one did not answer. Nobody fits a request that fits nobody.
 */
export function mayReplace(fault: Fault, failed: ProviderTarget, other: ProviderTarget): boolean {
  switch (fault.class) {
    case 'rate_limit':
    case 'money':
    case 'credentials':
      return isElsewhere(failed, other) || other.settings.keyEnv !== failed.settings.keyEnv
    case 'outage':
    case 'overloaded':
    case 'slow':
    case 'model_missing':
      return isElsewhere(failed, other)
    case 'context_length':
    case 'content_filter':
    case 'request':
    case 'aborted':
      return false
    default: {
      const unknown: never = fault.class
      return unknown
    }
  }
}

function isElsewhere(failed: ProviderTarget, other: ProviderTarget): boolean {
  const { baseUrl, location } = failed.settings
  return other.settings.baseUrl !== baseUrl || other.settings.location !== location
}

/** A wait for a first token is not waited for again at the same candidate while another one is left. */
export function triesTargetsFirst(fault: Fault): boolean {
  return fault.class !== 'slow' && fault.class !== 'model_missing'
}
