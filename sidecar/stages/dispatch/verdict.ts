import type { Fault } from '../../conversation/fault.ts'

/** What to do after a failed attempt: the next candidate, the same one again, or give up. */
export type Verdict = 'next' | 'again' | 'stop'

export function verdictOn(
  fault: Fault,
  ask: {
    hasNext: boolean
    body: boolean
    clientRetries: number
    route: { readonly fallbackOnContentFilter: boolean }
  },
): Verdict {
  // A body that was passed on as it came is gone; it can't be sent twice.
  if (!ask.body) return 'stop'
  switch (fault.class) {
    case 'outage':
    case 'overloaded':
    case 'rate_limit':
      if (ask.hasNext) return 'next'
      return ask.clientRetries > 0 ? 'stop' : 'again'
    case 'slow':
    case 'money':
    case 'credentials':
    case 'model_missing':
    case 'context_length':
      return ask.hasNext ? 'next' : 'stop'
    case 'content_filter':
      return ask.hasNext && ask.route.fallbackOnContentFilter ? 'next' : 'stop'
    case 'request':
    case 'aborted':
      return 'stop'
    default: {
      const unknown: never = fault.class
      return unknown
    }
  }
}
