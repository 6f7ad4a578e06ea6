import { createHmac } from 'node:crypto'
import {
  type FoundLeaf,
  type FoundText,
  flat,
  literals,
  merged,
  readLeaves,
  repeats,
  scanLeaf,
} from './found.ts'
import { type Issued, literalType, PlaceholderMap } from './placeholders.ts'
import { type Action, actionFor, isReversible, type MaskPolicy, stricter } from './policy.ts'
import { hashed, partial, redacted } from './replaced.ts'
import type { Span } from './span.ts'
import type { Shape } from './walk/shape.ts'

/** What was found in a request and what was done about it. */
export interface Masked {
  /** Undefined: nothing was changed, the bytes are the caller's own. */
  readonly json: string | undefined
  readonly map: PlaceholderMap
  /** Finds by type. */
  readonly counts: ReadonlyMap<string, number>
  /** The strictest of what was done. */
  readonly action: Action | 'none'
  /** Types that may not be sent, with how many there were. */
  readonly blocked: ReadonlyMap<string, number>
  readonly unscanned: number
  /** What the caller itself sent, masked or not: seen again in the answer it is no leak. */
  readonly sent: ReadonlySet<string>
  /** Time spent looking, waits left out. */
  readonly spentMs: number
}

/** The text is too much, or took too long to look through. */
export class OverBudget extends Error {}

export interface RequestMaskerOptions {
  readonly policy: MaskPolicy
  /** Who asks: codes of one caller mean nothing to another. */
  readonly scope: string
  /** What stands for what since an earlier request that this one goes on with. */
  readonly known?: readonly Issued[]
  readonly now?: () => number
}

/** Looks through one request, then writes it anew. Scanning may be cut into slices, so that other requests move. */
export class RequestMasker {
  readonly #policy: MaskPolicy
  readonly #scope: string
  readonly #now: () => number
  readonly #startedAt: number
  readonly #found: FoundText
  readonly #leaves: readonly FoundLeaf[]
  readonly #unscanned: number
  readonly #map: PlaceholderMap
  readonly #counts = new Map<string, number>()
  readonly #blocked = new Map<string, number>()
  readonly #sent = new Set<string>()
  #action: Action | 'none' = 'none'
  #scanned = 0
  /** Milliseconds of scanning alone. */
  #spentMs = 0

  constructor(json: string, shape: Shape, options: RequestMaskerOptions) {
    const { policy, known = [] } = options
    this.#policy = policy
    this.#scope = options.scope
    this.#now = options.now ?? (() => performance.now())
    this.#startedAt = this.#now()
    const { unscanned, ...found } = readLeaves(json, shape)
    this.#found = found
    this.#leaves = [...flat(found)]
    this.#unscanned = unscanned
    const key = createHmac('sha256', policy.key).update(options.scope).digest()
    this.#map = new PlaceholderMap(policy.isStable ? { kind: 'keyed', key } : { kind: 'counted' }, known)
    let bytes = 0
    for (const { leaf } of this.#leaves) bytes += leaf.text.length
    if (bytes > policy.budget.bytes) throw new OverBudget()
    this.#spentMs = this.#now() - this.#startedAt
  }

  /** True when everything was looked through; else there is more to do, after a breath. */
  scan(sliceMs: number): boolean {
    const startedAt = this.#now()
    const { scanner, budget } = this.#policy
    for (; this.#scanned < this.#leaves.length; this.#scanned += 1) {
      const spentMs = this.#now() - startedAt
      if (this.#spentMs + spentMs > budget.timeMs) throw new OverBudget()
      if (spentMs > sliceMs) break
      const found = this.#leaves[this.#scanned] as FoundLeaf
      found.spans = this.#acted(found, scanLeaf(scanner, found))
    }
    this.#spentMs += this.#now() - startedAt
    if (this.#spentMs > budget.timeMs) throw new OverBudget()
    return this.#scanned === this.#leaves.length
  }

  /** What others may be asked about as well. */
  get texts(): readonly string[] {
    return this.#leaves.map(({ leaf }) => leaf.text)
  }

  /** What they found, text by text. */
  add(found: readonly (readonly Span[])[]): void {
    this.#leaves.forEach((leaf, index) => {
      const more = (found[index] ?? []).filter(({ start, end }) =>
        leaf.spans.every((known) => end <= known.start || start >= known.end),
      )
      leaf.spans = merged(leaf.spans, this.#acted(leaf, more))
    })
  }

  finish(): Masked {
    this.#findRepeats()
    this.#findLiterals()
    const json = this.#blocked.size > 0 ? undefined : this.#numbered()
    return {
      json: json === this.#found.json ? undefined : json,
      map: this.#map,
      counts: this.#counts,
      action: this.#action,
      blocked: this.#blocked,
      unscanned: this.#unscanned,
      sent: this.#sent,
      spentMs: this.#spentMs,
    }
  }

  /** Counts the finds and keeps those that are to be replaced. */
  #acted({ leaf }: FoundLeaf, spans: readonly Span[]): readonly Span[] {
    return spans.filter((span) => {
      const action = actionFor(this.#policy.input, span.type)
      this.#sent.add(leaf.text.slice(span.start, span.end))
      if (action === 'allow') return false
      add(this.#counts, span.type)
      this.#action = this.#action === 'none' ? action : stricter(this.#action, action)
      if (action === 'block') add(this.#blocked, span.type)
      return action !== 'log' && action !== 'block'
    })
  }

  #findRepeats(): void {
    const values = new Map<string, string>()
    for (const { leaf, spans } of this.#leaves)
      for (const { start, end, type } of spans) values.set(leaf.text.slice(start, end), type)
    for (const { value, type, isReversible: back } of this.#map.all())
      if (back && type !== literalType) values.set(value, type)
    if (values.size === 0) return
    for (const found of this.#leaves) {
      const more = repeats(found.leaf.text, values)
      if (more.length > found.spans.length) found.spans = merged(found.spans, more)
      else if (more.some((span) => !found.spans.some(({ start }) => start === span.start)))
        found.spans = merged(found.spans, more)
    }
  }

  /** Only what restoring could take for a placeholder: elsewhere a body stays as it is. */
  #findLiterals(): void {
    const types = new Set<string>()
    for (const { type, isReversible: back } of this.#map.all()) if (back) types.add(type)
    for (const { leaf, spans } of this.#leaves)
      if (leaf.treatment !== 'identity')
        for (const { type } of spans)
          if (actionFor(this.#policy.input, type) === 'mask' && isReversible(this.#policy, type))
            types.add(type)
    if (types.size === 0) return
    types.add(literalType)
    for (const found of this.#leaves) {
      if (found.leaf.treatment === 'thinking' || found.leaf.treatment === 'identity') continue
      found.spans = merged(found.spans, literals(found.leaf.text, types, this.#policy.isStable))
    }
  }

  /** Instructions and tools first, wherever they stand: their placeholders stay the same while a history grows. */
  #numbered(): string {
    const { json, leaves } = this.#found
    this.#written({ json, leaves: leaves.filter(({ leaf }) => !leaf.isHistory) })
    return this.#written(this.#found)
  }

  #written({ json, leaves }: FoundText): string {
    let text = ''
    let from = 0
    for (const found of leaves) {
      const { leaf } = found
      const said = found.inner === undefined ? this.#replaced(found) : this.#written(found.inner)
      if (said === leaf.text) continue
      text += json.slice(from, leaf.start) + JSON.stringify(said)
      from = leaf.end
    }
    return from === 0 ? json : text + json.slice(from)
  }

  #replaced({ leaf, spans }: FoundLeaf): string {
    let text = ''
    let from = 0
    for (const { start, end, type } of spans) {
      const value = leaf.text.slice(start, end)
      text += leaf.text.slice(from, start)
      text += leaf.treatment === 'identity' ? this.#hashed(type, value) : this.#inPlaceOf(type, value)
      from = end
    }
    return from === 0 ? leaf.text : text + leaf.text.slice(from)
  }

  #inPlaceOf(type: string, value: string): string {
    if (type === literalType) return this.#map.issue(type, value, true)
    const action = actionFor(this.#policy.input, type)
    switch (action) {
      case 'hash':
        return this.#hashed(type, value)
      case 'redact':
        return redacted(type)
      case 'partial':
        return partial(type, value)
      default:
        return this.#map.issue(type, value, isReversible(this.#policy, type))
    }
  }

  #hashed(type: string, value: string): string {
    return hashed(this.#policy.key, `${this.#scope}\0${type}`, { type, value })
  }
}

function add(counts: Map<string, number>, type: string): void {
  counts.set(type, (counts.get(type) ?? 0) + 1)
}
