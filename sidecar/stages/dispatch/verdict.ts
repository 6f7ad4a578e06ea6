import type { Fault } from '../../conversation/fault.ts'
import type { Candidate } from '../../routing/route.ts'

/** What a failed attempt calls for: another candidate, the same one again where there is no other, or neither. */
export type Verdict = 'next_or_again' | 'next' | 'stop'

export function verdictOn(fault: Fault, route: { readonly fallbackOnContentFilter: boolean }): Verdict {
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
      return route.fallbackOnContentFilter ? 'next' : 'stop'
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
  // The same provider has the same key.
  if (fault.class === 'credentials') return next.provider !== failed.provider
  if (fault.class !== 'context_length') return true
  const window = next.catalogModel?.context
  return window !== undefined && window > (failed.catalogModel?.context ?? 0)
}
