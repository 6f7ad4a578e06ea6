import {
  type Admission,
  isLimited,
  type Limited,
  type Limits,
  mayGoOn,
  type Spending,
} from '../sidecar/limits/limiter.ts'
import type { WorkerMessage } from './worker-messages.ts'

/** A parent that takes longer is in trouble, and its keys' limits must hold all the same. */
const answerMs = 1000

/**
 * The limits of a worker's keys, kept by its parent: a share for each worker would turn a caller away whose
 * connections all lead to one of them.
 */
export class ParentLimits implements Limits {
  readonly #send: (message: WorkerMessage) => void
  readonly #waiting = new Map<number, (admission: Admission) => void>()
  #nextId = 1

  constructor(send: (message: WorkerMessage) => void) {
    this.#send = send
  }

  admit(caller: Limited): Admission | Promise<Admission> {
    if (!isLimited(caller)) return mayGoOn
    const id = this.#nextId
    this.#nextId += 1
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.admitted({ id, waitMs: answerMs, by: 'rate' }), answerMs)
      this.#waiting.set(id, (admission) => {
        clearTimeout(timer)
        resolve(admission)
      })
      this.#send({ kind: 'admit', id, key: limitsOf(caller) })
    })
  }

  spend(caller: Limited, spending: Spending): void {
    const { tokensPerMinute, budget } = caller
    const counts =
      (tokensPerMinute !== undefined && spending.tokens > 0) || (budget !== undefined && spending.cost > 0n)
    if (counts) this.#send({ kind: 'spend', key: limitsOf(caller), ...spending })
  }

  admitted({ id, waitMs, by }: Admission & { readonly id: number }): void {
    const resolve = this.#waiting.get(id)
    this.#waiting.delete(id)
    resolve?.({ waitMs, by })
  }
}

function limitsOf({ name, requestsPerMinute, tokensPerMinute, budget }: Limited): Limited {
  return { name, requestsPerMinute, tokensPerMinute, budget }
}
