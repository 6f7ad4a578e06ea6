import type { Log } from '../../observe/log.ts'
import { type PolicySource, type PolicyVisitor, SourceProblem } from './source.ts'

/** A source that takes longer is as good as down; the next look is soon enough. */
const lookMs = 5000
/** A start finds its warehouse still starting: the first looks follow each other faster. */
const firstWaitMs = 500
/** A trouble that is over by then is not worth a line. */
const troubleMs = 5000
/** Sidecars that start together do not ask together: 10 s ± 20 %, with a little left of 12 s for the look itself. */
const paceMin = 0.8
const paceMax = 1.18

export interface PollerOptions {
  readonly source: PolicySource
  readonly everyMs: number
  readonly visitor: () => PolicyVisitor
  /** After each look, whatever came of it. */
  readonly looked: () => Promise<void>
  readonly log: Log
  readonly random: () => number
  readonly lookMs?: number
  readonly troubleMs?: number
}

export interface SourceState {
  readonly source: 'warehouse' | 'file'
  /** `absent`: there is no table or folder yet. */
  readonly state: 'unknown' | 'up' | 'absent' | 'down'
  readonly code: string
  /** Wall clock of the last look that succeeded. */
  readonly seenMs: number | undefined
}

/** Looks at a source again and again. No request ever waits for it. */
export class PolicyPoller {
  readonly #options: PollerOptions
  #isStopping = false
  #looking: AbortController | undefined
  /** A look that outlived its time: a disk that hangs gets no second one meanwhile. */
  #overdue: Promise<void> | undefined
  #state: SourceState
  #waitMs = firstWaitMs
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<void> | undefined
  #troubleSinceAt: number | undefined
  #isTold = false

  constructor(options: PollerOptions) {
    this.#options = options
    this.#state = { source: options.source.name, state: 'unknown', code: '', seenMs: undefined }
  }

  start(): void {
    this.#begin()
  }

  state(): SourceState {
    return this.#state
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#looking?.abort()
    clearTimeout(this.#timer)
    await this.#turn
    await this.#options.source.close()
  }

  #begin(): void {
    const startedAt = performance.now()
    this.#turn = this.#look().then(() => {
      this.#turn = undefined
      if (!this.#isStopping) this.#planNext(performance.now() - startedAt)
    })
  }

  /** From one start to the next, so that a slow look does not stretch the pace. */
  #planNext(tookMs: number): void {
    const { everyMs, random } = this.#options
    const isSettled = this.#state.state === 'up' || this.#state.seenMs !== undefined
    const wantedMs = isSettled ? everyMs : Math.min(everyMs, this.#waitMs)
    this.#waitMs = Math.min(this.#waitMs * 2, everyMs)
    this.#timer = setTimeout(() => this.#begin(), Math.max(0, paceMs(wantedMs, random()) - tookMs))
    this.#timer.unref()
  }

  async #look(): Promise<void> {
    let isLate = false
    const looking = new AbortController()
    this.#looking = looking
    const timer = setTimeout(() => {
      isLate = true
      looking.abort()
    }, this.#options.lookMs ?? lookMs)
    try {
      await this.#lookUntil(looking.signal)
      this.#isUp()
    } catch (error) {
      if (this.#isStopping) return
      if (error instanceof SourceProblem && error.isAbsent) this.#isAbsent(error.code)
      else this.#isDown(isLate ? 'timeout' : error instanceof SourceProblem ? error.code : 'failed')
    } finally {
      clearTimeout(timer)
    }
    await this.#options.looked()
  }

  async #lookUntil(signal: AbortSignal): Promise<void> {
    const { source, visitor } = this.#options
    if (this.#overdue !== undefined) throw new SourceProblem('timeout')
    const look = source.look(whileOpen(visitor(), signal), signal)
    const over = () => {
      this.#overdue = undefined
    }
    this.#overdue = look.then(over, over)
    await Promise.race([look, aborted(signal)])
    over()
  }

  #isUp(): void {
    const { log, source } = this.#options
    if (this.#isTold) log.info('the source of policies answers again', { source: source.name })
    this.#isTold = false
    this.#troubleSinceAt = undefined
    this.#state = { source: source.name, state: 'up', code: '', seenMs: Date.now() }
  }

  #isAbsent(code: string): void {
    const { log, source } = this.#options
    if (this.#state.state !== 'absent') log.debug('there are no policies yet', { source: source.name, code })
    this.#troubleSinceAt = undefined
    this.#state = { ...this.#state, state: 'absent', code }
  }

  #isDown(code: string): void {
    const { log, source } = this.#options
    const now = performance.now()
    this.#troubleSinceAt ??= now
    this.#state = { ...this.#state, state: 'down', code }
    if (this.#isTold || now - this.#troubleSinceAt < (this.#options.troubleMs ?? troubleMs)) return
    this.#isTold = true
    log.warn('the source of policies cannot be read; what is in force stays', { source: source.name, code })
  }
}

export function paceMs(everyMs: number, random: number): number {
  return everyMs * (paceMin + (paceMax - paceMin) * random)
}

/** What comes after its time is over comes for nothing. */
function whileOpen(visitor: PolicyVisitor, signal: AbortSignal): PolicyVisitor {
  return {
    wants: (head) => !signal.aborted && visitor.wants(head),
    offer: (text, head) => {
      if (!signal.aborted) visitor.offer(text, head)
    },
    tooLarge: (mark) => visitor.tooLarge(mark),
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const failed = () => reject(new Error('the time is over'))
    if (signal.aborted) failed()
    else signal.addEventListener('abort', failed, { once: true })
  })
}
