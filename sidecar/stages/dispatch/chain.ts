import { GatewayError } from '../../../contract/errors.ts'
import type { Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Candidate } from '../../routing/route.ts'
import type { Services } from '../../services.ts'
import { isCountedHere, type Prepared, prepare } from './prepare.ts'
import { mayFollow } from './verdict.ts'

/** `counted`: its tokens are counted here. Undefined: there is nobody left. */
type Next = Prepared | 'counted' | undefined

/** The candidates of a request in their order, each prepared when its turn comes and not before. */
export class Chain {
  readonly #context: Context
  readonly #services: Services
  #at = 0
  #refusal: GatewayError | undefined

  constructor(context: Context, services: Services) {
    this.#context = context
    this.#services = services
  }

  /** Nobody is left behind the current candidate. */
  get isAtEnd(): boolean {
    return this.#at >= this.#context.chain.length
  }

  /** Why the first candidate that could not be asked at all could not. */
  get refusal(): GatewayError | undefined {
    return this.#refusal
  }

  /**
   * The next candidate the request can be written for; who can't express it is passed over. A promise only
   * where writing it takes a worker.
   */
  next(after?: { fault: Fault; candidate: Candidate }): Next | Promise<Next> {
    for (;;) {
      const candidate = this.#context.chain[this.#at]
      if (candidate === undefined) return undefined
      this.#at += 1
      if (after !== undefined && !mayFollow(after.fault, after.candidate, candidate)) continue
      if (isCountedHere(this.#context, candidate)) return 'counted'
      try {
        const prepared = prepare(this.#context, this.#services, candidate)
        if (!(prepared instanceof Promise)) return prepared
        return prepared.catch((error: unknown) => {
          this.#passOver(candidate, error)
          return this.next(after)
        })
      } catch (error) {
        this.#passOver(candidate, error)
      }
    }
  }

  #passOver(candidate: Candidate, error: unknown): void {
    if (!isUnfit(error)) throw error
    this.#refusal ??= error
    this.#context.unfit[candidate.id] = error.code
  }
}

/** The request is not expressible for this candidate; another may take it as it is. */
function isUnfit(error: unknown): error is GatewayError {
  return (
    error instanceof GatewayError &&
    (error.code === 'untranslatable' ||
      error.code === 'invalid_body' ||
      error.code === 'endpoint_unsupported')
  )
}
