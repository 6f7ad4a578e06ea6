import type { Attempt, Context } from '../../context.ts'
import type { HedgeOutcome } from '../../recovery/hedging.ts'
import type { Candidate, Hedge } from '../../routing/route.ts'
import type { Services } from '../../services.ts'
import { askTarget } from './ask.ts'
import type { AttemptAsk, Outcome } from './attempt.ts'
import { extraCalls, takeFacts } from './attempt-facts.ts'
import type { Chain } from './chain.ts'
import { leavesTraces } from './repeatable.ts'

/** One call; where the route hedges and nothing comes in time, a second one to the next candidate beside it. */
export function askHedged(
  context: Context,
  services: Services,
  ask: AttemptAsk,
  chain: Chain,
): Promise<Outcome> {
  const hedge = context.route?.hedge
  if (hedge === undefined || ask.isLast || !mayAskTwice(context)) return askTarget(context, services, ask)
  return race(context, services, { ask, chain, hedge })
}

function mayAskTwice({ body, operation }: Context): boolean {
  if (body === undefined || (operation !== 'generate' && operation !== 'completions')) return false
  return !leavesTraces(body)
}

interface Runner {
  readonly attempt: Attempt
  readonly outcome: Promise<Outcome>
  /** Gives the call up: another was faster. */
  readonly giveUp: AbortController
  /** The provider's own words, which belong to this failure alone. */
  faultAnswer: Context['faultAnswer']
}

interface RaceAsk {
  readonly ask: AttemptAsk
  readonly chain: Chain
  readonly hedge: Hedge
}

async function race(context: Context, services: Services, { ask, chain, hedge }: RaceAsk): Promise<Outcome> {
  const route = context.route?.name ?? ''
  services.hedging.earn(route, hedge.max)
  const first = run(context, services, ask)
  const afterMs = waitMs(context, services, { hedge, candidate: ask.candidate })
  const isLate = (await inTime(services, first.outcome, afterMs)) === undefined
  if (isLate && !context.caller.isGone) {
    const second = await challenger(context, services, { ask, chain })
    if (second !== undefined) return decide(context, services, first, second)
  }
  const outcome = await first.outcome
  note(context, services, first.attempt)
  context.faultAnswer = first.faultAnswer
  return outcome
}

function run(context: Context, services: Services, ask: AttemptAsk): Runner {
  const giveUp = new AbortController()
  // The attempt is opened before the first wait.
  const outcome = askTarget(context, services, { ...ask, giveUp: giveUp.signal, untilContent: true })
  const attempt = context.attempts.at(-1) as Attempt
  const runner: Runner = { attempt, outcome, giveUp, faultAnswer: undefined }
  outcome.then(
    () => {
      runner.faultAnswer = context.faultAnswer
      context.faultAnswer = undefined
    },
    () => {},
  )
  return runner
}

function waitMs(
  context: Context,
  services: Services,
  { hedge, candidate }: { hedge: Hedge; candidate: Candidate },
): number {
  if (hedge.after !== 'p95') return hedge.after
  const known = services.hedging.firstTokens.p95(keyOf(context, candidate), performance.now())
  return known ?? Number.POSITIVE_INFINITY
}

/** An answer that is not streamed shows nothing before it is whole. */
function keyOf({ streamed }: Context, candidate: Candidate): string {
  return `${streamed ? 's' : 'w'}${candidate.hash}`
}

/** Undefined when the time was over first. */
function inTime(services: Services, outcome: Promise<Outcome>, ms: number): Promise<Outcome | undefined> {
  if (ms === Number.POSITIVE_INFINITY) return outcome
  return new Promise((resolve, reject) => {
    const late = services.waits.after(ms, () => resolve(undefined))
    outcome.then(
      (known) => {
        late.cancel()
        resolve(known)
      },
      (error: unknown) => {
        late.cancel()
        reject(error)
      },
    )
  })
}

async function challenger(
  context: Context,
  services: Services,
  { ask, chain }: { ask: AttemptAsk; chain: Chain },
): Promise<Runner | undefined> {
  const leftCalls = (context.route?.retriesMax ?? 0) - extraCalls(context)
  if (leftCalls <= 0) return undefined
  if (!services.hedging.take(context.route?.name ?? '')) {
    services.hedging.outcomes.add({ outcome: 'over_share' })
    return undefined
  }
  const next = await chain.next()
  if (next === undefined || next === 'counted') return undefined
  return run(context, services, {
    ...ask,
    ...next,
    isLast: leftCalls === 1 || !chain.hasCandidates(),
    isFresh: false,
  })
}

/** The first that answers wins. Of two failures the later is the outcome. */
async function decide(context: Context, services: Services, first: Runner, second: Runner): Promise<Outcome> {
  const { runner, outcome } = await firstAnswer(first, second)
  const isAnswered = outcome.kind === 'answered'
  const result: HedgeOutcome = !isAnswered ? 'failed' : runner === second ? 'won' : 'lost'
  services.hedging.outcomes.add({ outcome: result })
  context.faultAnswer = runner.faultAnswer
  if (isAnswered) {
    context.droppedFields = outcome.answer.lane.dropped
    lose(runner === first ? second : first)
  }
  note(context, services, first.attempt)
  note(context, services, second.attempt)
  return outcome
}

function firstAnswer(first: Runner, second: Runner): Promise<{ runner: Runner; outcome: Outcome }> {
  return new Promise((resolve, reject) => {
    let failures = 0
    for (const runner of [first, second]) {
      runner.outcome.then((outcome) => {
        if (outcome.kind === 'failed') failures += 1
        if (outcome.kind === 'answered' || failures === 2) resolve({ runner, outcome })
      }, reject)
    }
  })
}

const lost = 'hedge_lost'

/** What it said until now is billed; nobody will hear the rest. */
function lose({ attempt, outcome, giveUp }: Runner): void {
  if (attempt.outcome !== '' && attempt.outcome !== 'answered') return
  attempt.endedAt = performance.now()
  attempt.outcome = lost
  attempt.errorCode = lost
  // That another one was faster says nothing of its target.
  attempt.trial.dropped()
  giveUp.abort()
  outcome.then(
    (known) => {
      attempt.outcome = lost
      attempt.errorCode = lost
      if (known.kind !== 'answered' || known.answer.kind === 'whole') return
      if (known.answer.kind === 'stream') takeFacts(attempt, known.answer.stream.facts)
      known.answer.exchange.abort(lost)
    },
    () => {},
  )
}

/** A call that was given up would have taken at least as long: left out, the figure would shrink by itself. */
function note(context: Context, services: Services, attempt: Attempt): void {
  const { outcome, candidate, startedAt, firstContentAt, endedAt } = attempt
  const nowAt = performance.now()
  const isTold = firstContentAt !== undefined || outcome === lost || outcome === 'answered'
  if (!isTold && outcome !== '') return
  const ms = (firstContentAt ?? endedAt ?? nowAt) - startedAt
  services.hedging.firstTokens.note(keyOf(context, candidate), ms, nowAt)
}
