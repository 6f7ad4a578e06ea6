import { type Usage, type UsageSource, usageOf } from '../../contract/usage.ts'
import type { Attempt, Context } from '../context.ts'
import type { Services } from '../services.ts'

/**
 * stated: the provider said it. none: nothing was used. missing: something was used that nobody stated, and can
 * be counted. unknown: something was used that can't be counted; its cost is unknown, not 0.
 */
export type UsageState = 'stated' | 'none' | 'missing' | 'unknown'

export function usageState(context: Context, attempt: Attempt): UsageState {
  const { usage, outcome } = attempt
  switch (context.operation) {
    case 'generate':
    case 'completions':
      return generationState(context, attempt)
    case 'embeddings':
      if (usage !== undefined) return 'stated'
      return wasUsed(attempt) ? 'missing' : 'none'
    case 'count_tokens':
    case 'models':
      return 'none'
    case 'other':
      // Looking after files, batches and stores costs nothing that an answer would say; a model does.
      if (usage !== undefined) return 'stated'
      return outcome === 'answered' && attempt.modelReported !== '' && context.req.method === 'POST'
        ? 'unknown'
        : 'none'
    default:
      if (usage !== undefined) return 'stated'
      return wasUsed(attempt) ? 'unknown' : 'none'
  }
}

function generationState(context: Context, attempt: Attempt): UsageState {
  const { usage, outcome, finishReason } = attempt
  const isAnswered = outcome === 'answered'
  if (usage !== undefined && (isAnswered || finishReason !== '')) return 'stated'
  // A whole answer that has not finished runs in the background: what it will use is stated later, elsewhere.
  if (isAnswered && context.answer?.kind === 'whole' && finishReason === '') return 'unknown'
  if (wasUsed(attempt)) return 'missing'
  // Refused before any content, it costs nothing, whatever it said; given up by us, it costs what it said.
  return usage !== undefined && isGivenUp(attempt) ? 'stated' : 'none'
}

/** Content came, or it was not waited for when the provider had the prompt. */
function wasUsed({ outcome, firstContentAt, wasSent }: Attempt): boolean {
  const isGivenUp = outcome === 'aborted' || outcome === 'hedge_lost'
  return outcome === 'answered' || (isGivenUp && wasSent) || firstContentAt !== undefined
}

function isGivenUp({ outcome, errorCode }: Attempt): boolean {
  return outcome === 'slow' || errorCode === 'idle_timeout' || errorCode === 'total_timeout'
}

interface Count {
  readonly tokens: number
  readonly isExact: boolean
}

/** Fills in what the providers of these attempts did not state. Never fails; the worst is an estimate. */
export async function countMissing(
  context: Context,
  services: Services,
  missing: readonly Attempt[],
): Promise<void> {
  let prompt: Promise<Count> | undefined
  const promptOnce = (attempt: Attempt) => {
    prompt ??= countPrompt(context, services, attempt)
    return prompt
  }
  await Promise.all(
    missing.map(async (attempt) => {
      const hasInput = Object.keys(attempt.usage?.classes ?? {}).some((name) => !name.startsWith('output'))
      const [input, said] = await Promise.all([
        hasInput ? undefined : promptOnce(attempt),
        countSaid(services, attempt),
      ])
      attempt.usage = completed(attempt.usage, input?.tokens, said.tokens)
      attempt.usageSource = sourceOf(input, said)
      attempt.deliveredText = ''
    }),
  )
}

function completed(stated: Usage | undefined, input: number | undefined, output: number): Usage {
  const { classes, ...rest } = stated ?? { classes: {} }
  // What a provider states in mid-stream may be behind what it said.
  return usageOf(
    { ...classes, input: input ?? classes.input, output: Math.max(classes.output ?? 0, output) },
    rest,
  )
}

function sourceOf(...counts: readonly (Count | undefined)[]): UsageSource {
  return counts.every((count) => count?.isExact !== false) ? 'counted' : 'estimated'
}

async function countPrompt(context: Context, services: Services, attempt: Attempt): Promise<Count> {
  const { body } = context
  // A copy goes to the worker; the body itself may still be on its way.
  const counted =
    body === undefined
      ? undefined
      : await services.tokens.count({ kind: 'prompt', bytes: new Uint8Array(body.bytes) })
  if (counted !== undefined) return counted
  const tokens = services.ratios.tokens(attempt.candidate.servedBy, 'prompt', context.promptBytes)
  return { tokens, isExact: false }
}

async function countSaid(services: Services, attempt: Attempt): Promise<Count> {
  const { deliveredText: text, deliveredChars: chars } = attempt
  if (chars === 0) return { tokens: 0, isExact: true }
  const counted = await services.tokens.count({ kind: 'texts', texts: [text] })
  if (counted === undefined) {
    const tokens = services.ratios.tokens(attempt.candidate.servedBy, 'answer', chars)
    return { tokens, isExact: false }
  }
  if (chars === text.length) return counted
  // What was too long to be kept whole is what its beginning says it is.
  return { tokens: Math.ceil((counted.tokens * chars) / text.length), isExact: false }
}
