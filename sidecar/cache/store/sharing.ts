import { sha256 } from '../keys/canonical.ts'
import type { Plan } from '../recalled.ts'
import type { Entry } from './entry.ts'

/** Below this nobody knows whether a prompt says something about the one who asked. */
const askersMin = 3
/** Stands for a value of somebody. */
const placeholder = /\[[A-Z]{2,16}(?:_[A-Z]{2,16}){0,2}_\d{1,4}\]/

/**
 * Where a whole route shares its answers, one serves others only when several have asked for it, an answer to one of them
 * agreed with it, and nothing personal is in the question. Elsewhere the key has parted customers already.
 */
export function isShared(entry: Entry, { cache, customer }: Pick<Plan, 'cache' | 'customer'>): boolean {
  if (cache.scope !== 'route' && cache.scope !== 'team') return true
  if (entry.customer === customer) return true
  if (placeholder.test(entry.head)) return false
  return (entry.askedBy?.size ?? 1) >= askersMin && entry.confirmed >= 1
}

/** A customer asked for itself, and whether what it got says the same. */
export function noteAsker(entry: Entry, customer: string, agrees: boolean): void {
  entry.askedBy ??= new Set([entry.customer])
  if (entry.askedBy.size < askersMin) entry.askedBy.add(customer)
  if (agrees) entry.confirmed += 1
}

/** Two questions of one scope, whichever came first. */
export function pairOf({ keys, question }: Pick<Plan, 'keys' | 'question'>, entry: Entry): string {
  const texts = [question?.analysis.text ?? '', entry.analysis?.text ?? ''].sort()
  return sha256(`${keys.compat}\n${texts.join('\n')}`)
}
