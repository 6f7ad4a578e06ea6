import { isLimited, type Limited, type Limits } from '../sidecar/limits/limiter.ts'
import type { WorkerMessage } from './worker-messages.ts'

/** A parent that takes longer is in trouble, and its keys' limits must hold all the same. */
const answerMs = 1000

/**
 * The limits of a worker's keys, kept by its parent: a share for each worker would turn a caller away whose
 * connections all lead to one of them.
 */
export class ParentLimits implements Limits {
  readonly #send: (message: WorkerMessage) => void
  readonly #waiting = new Map<number, (waitMs: number) => void>()
  #nextId = 1

  constructor(send: (message: WorkerMessage) => void) {
    this.#send = send
  }

  admit(caller: Limited): number | Promise<number> {
    if (!isLimited(caller)) return 0
    const id = this.#nextId
    this.#nextId += 1
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.admitted({ id, waitMs: answerMs }), answerMs)
      this.#waiting.set(id, (waitMs) => {
        clearTimeout(timer)
        resolve(waitMs)
      })
      this.#send({ kind: 'admit', id, key: limitsOf(caller) })
    })
  }

  spend(caller: Limited, tokens: number): void {
    if (caller.tokensPerMinute !== undefined && tokens > 0)
      this.#send({ kind: 'spend', key: limitsOf(caller), tokens })
  }

  admitted(answer: { readonly id: number; readonly waitMs: number }): void {
    const resolve = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    resolve?.(answer.waitMs)
  }
}

function limitsOf({ name, requestsPerMinute, tokensPerMinute }: Limited): Limited {
  return { name, requestsPerMinute, tokensPerMinute }
}
