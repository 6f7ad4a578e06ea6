import type { KeyObject } from 'node:crypto'
import { sha256Hex } from '../../../contract/policy/canonical.ts'
import { fitnessOf } from '../../../contract/policy/fitness.ts'
import { isRefusal, policyBytesMax, type ReadPolicy, readPolicy } from '../../../contract/policy/read.ts'
import type { Refusal } from '../../../contract/policy/refusal.ts'
import type { PolicyDocument } from '../../../contract/policy.ts'
import type { Log } from '../../observe/log.ts'
import { HeldPolicies, type HeldReport } from './held.ts'
import type { PolicyOrigin, PolicyText } from './policies.ts'
import { Refusals } from './refusals.ts'
import type { PolicyHead, PolicyVisitor } from './source.ts'
import type { PolicyStore } from './store.ts'

/** Ids of the candidates, by route. */
export type KnownRoutes = ReadonlyMap<string, ReadonlySet<string>>

export interface KeeperOptions {
  readonly store: PolicyStore
  readonly log: Log
  readonly nowMs: () => number
  readonly publicKey: KeyObject | undefined
}

interface Kept extends ReadPolicy {
  origin: PolicyOrigin
  readonly sinceMs: number
  isStored: boolean
}

const unknownRoute: Refusal = { reason: 'unknown_route', detail: 'no such route is configured' }
const tooLarge: Refusal = { reason: 'too_large', detail: `it is larger than ${policyBytesMax} bytes` }
const otherThanSaid: Refusal = { reason: 'id_mismatch', detail: 'the document is another than its row says' }

/**
 * Decides which policies are in force on this sidecar, for all its workers: what a source shows is put in force, held
 * until its time, or refused, and then the last good one stays. `flush` hands on what has changed.
 */
export class PolicyKeeper {
  readonly refusals: Refusals
  readonly #options: KeeperOptions
  #publicKey: KeyObject | undefined
  #routes: KnownRoutes = new Map()
  readonly #kept = new Map<string, Kept>()
  readonly #held = new HeldPolicies()
  #isDirty = false
  #flushed: Promise<void> = Promise.resolve()
  #storeFailures = 0
  #isStoreFailing = false

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#publicKey = options.publicKey
    this.refusals = new Refusals(options.log)
  }

  /** What was in force when this sidecar ended, before anything else is asked. */
  async load(): Promise<void> {
    const { log, nowMs, store } = this.#options
    const { policies, refusals, problem } = await store.read(this.#publicKey)
    if (problem !== undefined) log.warn('the last good policies cannot be read', { code: problem })
    for (const [index, refusal] of refusals.entries()) this.refusals.add(`stored ${index}`, refusal)
    for (const policy of policies) {
      const { route, version } = policy.document
      const other = this.#kept.get(route)?.document.version ?? 0
      if (version > other)
        this.#kept.set(route, { ...policy, origin: 'last_good', sinceMs: nowMs(), isStored: true })
    }
  }

  /** Another configuration: what it does not trust any more goes, and all that was refused is looked at anew. */
  configured(routes: KnownRoutes, publicKey: KeyObject | undefined): void {
    this.#routes = routes
    this.#publicKey = publicKey
    this.refusals.forget()
    this.#held.keepOnly(({ text }) => !isRefusal(readPolicy(text, publicKey)))
    for (const [route, { text, document }] of this.#kept) {
      const read = readPolicy(text, publicKey)
      if (!isRefusal(read)) continue
      this.refusals.add(markOf(document), read, document)
      this.#kept.delete(route)
      this.#isDirty = true
    }
  }

  /** For one look: the first head of a route is its newest. */
  visitor(origin: PolicyOrigin): PolicyVisitor {
    const shown = new Set<string>()
    return {
      wants: (head) => {
        const isNewest = !shown.has(head.route)
        shown.add(head.route)
        return this.#wants(head, { origin, isNewest })
      },
      offer: (text, head) => this.#offer(text, { origin, head }),
      tooLarge: (mark) => this.refusals.add(mark, tooLarge),
    }
  }

  /** Puts in force what was held and whose time has come. */
  promote(): void {
    const due = this.#held.takeDue(this.#options.nowMs())
    for (const { origin, ...policy } of due) this.#settle(policy, origin)
  }

  current(): readonly PolicyText[] {
    return [...this.#kept.values()].map(({ text, origin, sinceMs }) => ({ text, origin, sinceMs }))
  }

  inForce(): readonly PolicyDocument[] {
    return [...this.#kept.values()].map(({ document }) => document)
  }

  held(): readonly HeldReport[] {
    return this.#held.report()
  }

  storeFailures(): number {
    return this.#storeFailures
  }

  /** Hands on what has changed, then writes it down: a disk that fails keeps no policy from its work. One at a time. */
  flush(apply: (policies: readonly PolicyText[]) => Promise<void>): Promise<void> {
    this.#flushed = this.#flushed.then(() => this.#flush(apply))
    return this.#flushed
  }

  async #flush(apply: (policies: readonly PolicyText[]) => Promise<void>): Promise<void> {
    if (this.#isDirty) {
      this.#isDirty = false
      try {
        await apply(this.current())
      } catch {
        this.#isDirty = true
      }
    }
    for (const kept of this.#kept.values()) if (!kept.isStored) await this.#write(kept)
  }

  #wants(head: PolicyHead, from: { readonly origin: PolicyOrigin; readonly isNewest: boolean }): boolean {
    const kept = this.#kept.get(head.route)
    if (kept?.document.id === head.id) return this.#confirm(kept, from.origin)
    const inForce = kept?.document.version ?? 0
    // Older ones are history, unless they are all there is.
    if (head.version < inForce && !from.isNewest) return false
    if (this.refusals.has(markOf(head)) || this.#held.has(head)) return false
    const refusal = this.#refusalOf(head, inForce)
    if (refusal !== undefined) this.refusals.add(markOf(head), refusal, head)
    return refusal === undefined
  }

  #refusalOf(head: PolicyHead, inForce: number): Refusal | undefined {
    if (!this.#routes.has(head.route)) return unknownRoute
    if (head.bytes > policyBytesMax) return tooLarge
    if (head.version > inForce) return undefined
    const detail = `version ${head.version} is not newer than ${inForce}, which is in force`
    return { reason: 'not_newer', detail }
  }

  #offer(text: string, from: { readonly origin: PolicyOrigin; readonly head: PolicyHead | undefined }): void {
    const { head, origin } = from
    const read = readPolicy(text, this.#publicKey)
    if (isRefusal(read)) {
      this.refusals.add(head === undefined ? sha256Hex(text) : markOf(head), read, head)
    } else if (head !== undefined && markOf(read.document) !== markOf(head)) {
      this.refusals.add(markOf(head), otherThanSaid, head)
    } else this.#settle(read, origin)
  }

  #settle(policy: ReadPolicy, origin: PolicyOrigin): void {
    const { document } = policy
    const kept = this.#kept.get(document.route)
    if (kept?.document.id === document.id) {
      this.#confirm(kept, origin)
      return
    }
    const candidates = this.#routes.get(document.route)
    const refusal = fitnessOf(document, { nowMs: this.#options.nowMs(), inForce: kept?.document, candidates })
    if (refusal === undefined) this.#accept(policy, origin)
    else if (refusal.reason === 'not_before') this.#hold(policy, origin, refusal.detail)
    else this.refusals.add(markOf(document), refusal, document)
  }

  #hold(policy: ReadPolicy, origin: PolicyOrigin, until: string): void {
    const { route, version } = policy.document
    if (!this.#held.has(policy.document))
      this.#options.log.info('a policy is held until its time', { route, version, until })
    this.#held.add({ ...policy, origin })
  }

  #accept(policy: ReadPolicy, origin: PolicyOrigin): void {
    const { route, version, id } = policy.document
    const { log, nowMs } = this.#options
    this.#kept.set(route, { ...policy, origin, sinceMs: nowMs(), isStored: false })
    this.#isDirty = true
    log.info('a policy is in force', { route, version, id: id.slice(0, 12), source: origin })
  }

  /** The source has what the disk had. */
  #confirm(kept: Kept, origin: PolicyOrigin): false {
    if (kept.origin === 'last_good' && origin !== 'last_good') {
      kept.origin = origin
      this.#isDirty = true
    }
    return false
  }

  async #write(kept: Kept): Promise<void> {
    try {
      await this.#options.store.write(kept)
      kept.isStored = true
      this.#isStoreFailing = false
    } catch (error) {
      this.#storeFailures += 1
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed'
      if (!this.#isStoreFailing)
        this.#options.log.warn('a policy in force cannot be kept for the next start', { code })
      this.#isStoreFailing = true
    }
  }
}

function markOf({ route, version, id }: Pick<PolicyHead, 'route' | 'version' | 'id'>): string {
  return `${route}\n${version}\n${id}`
}
