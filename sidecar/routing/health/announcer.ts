import type { FaultClass } from '../../conversation/fault.ts'
import type { Log } from '../../observe/log.ts'
import type { Ailment } from './health.ts'

/** A change of one model's state behind a target. */
export interface StateChange {
  readonly model: string
  /** Undefined: it is asked again. */
  readonly ailment: Ailment | undefined
  readonly why: FaultClass | undefined
}

/**
 * Says in the log what becomes of one target: a line when it falls ill and one when it is well again, however
 * many of its models are concerned and however often it is tried meanwhile.
 */
export class Announcer {
  readonly #name: { readonly provider: string; readonly target: string }
  readonly #log: Log | undefined
  readonly #ill = new Map<string, Ailment>()

  constructor(name: { provider: string; target: string }, log: Log | undefined) {
    this.#name = name
    this.#log = log
  }

  changed({ model, ailment, why }: StateChange): void {
    const before = this.#ill.get(model)
    if (before === ailment) return
    const others = new Set([...this.#ill].flatMap(([name, state]) => (name === model ? [] : [state])))
    if (ailment === undefined) this.#ill.delete(model)
    else this.#ill.set(model, ailment)
    const fields = { ...this.#name, model, ...(why === undefined ? {} : { why }) }
    if (ailment === undefined) {
      if (before !== undefined && !others.has(before)) this.#log?.info(wellAgain, fields)
    } else if (!others.has(ailment)) this.#log?.warn(words[ailment], fields)
  }

  forget(model: string): void {
    this.#ill.delete(model)
  }
}

const wellAgain = 'a provider is asked again: it answers'

const words: Readonly<Record<Ailment, string>> = {
  circuit_open: 'a provider is left alone for a while: its calls failed',
  cooling_down: 'a provider is left alone for a while: its limit is reached',
  auth_failed: 'a provider refuses its key',
  quota_exhausted: "a provider's account has nothing left",
}
