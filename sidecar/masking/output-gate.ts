import { type Action, actionFor, guards, isGuardAction, type MaskPolicy, stricter } from './policy.ts'
import { hashed, partial, redacted } from './replaced.ts'
import type { Span } from './span.ts'

/** Looks at what a model says before it is restored. Gives what may go on; throws where nothing may. */
export interface OutputGate {
  push(text: string): string
  flush(): string
}

/** `isRepeat`: the text was looked at before, in pieces, and its finds are counted. */
export type GateFactory = (isRepeat: boolean) => OutputGate

export interface OutputCounts {
  readonly byType: Map<string, number>
  action: Action | 'none'
}

/** The model has said what may not be passed on. Names the type, never the value. */
export class OutputBlocked extends Error {
  readonly type: string

  constructor(type: string) {
    super('the answer holds what may not be passed on')
    this.type = type
  }
}

/** A find may begin this many characters before the text that is looked at. */
const contextChars = 128
/** Where only counting is asked for, text is looked at in pieces of this length, or by sentences. */
const windowChars = 80
/** Nothing waits longer than for this many characters. */
const heldCharsMax = 160

export function outputGates(
  policy: MaskPolicy,
  sent: ReadonlySet<string>,
  counts: OutputCounts,
): GateFactory {
  const isGuard = guards(policy.output)
  const { output } = policy
  const guarded = [...output.types].flatMap(([type, action]) => (isGuardAction(action) ? [type] : []))
  // Secrets have digits or signs in them: words without any need not wait to be looked at.
  const mayPass = !isGuardAction(output.default) && guarded.every((type) => type === 'SECRET')
  return (isRepeat) => new Gate({ policy, sent, counts, isRepeat, isGuard, mayPass })
}

interface GateAsk {
  readonly policy: MaskPolicy
  readonly sent: ReadonlySet<string>
  readonly counts: OutputCounts
  readonly isRepeat: boolean
  /** Something may be taken out or stop the answer: then nothing goes on before it was looked at. */
  readonly isGuard: boolean
  /** Plain words go on at once, and are looked at together. */
  readonly mayPass: boolean
}

const noSecret = /^[^\d:=]*$/

class Gate implements OutputGate {
  readonly #ask: GateAsk
  /** The end of what was looked at: the context of what follows. */
  #before = ''
  #pending = ''
  /** Finds up to here, counted from the start of `#before`, are known. */
  #known = 0

  constructor(ask: GateAsk) {
    this.#ask = ask
  }

  push(text: string): string {
    this.#pending += text
    if (this.#ask.isGuard) return this.#guarded(safeEnd(this.#pending))
    if (this.#pending.length >= windowChars || /[.!?\n]\s*$/.test(text)) this.#look(this.#pending.length)
    return text
  }

  #guarded(end: number): string {
    if (end === 0) return ''
    const text = this.#pending.slice(0, end)
    const isPlain =
      this.#ask.mayPass && this.#before.length < windowChars + contextChars && noSecret.test(text)
    if (!isPlain || text.includes('-----')) return this.#look(end)
    this.#pending = this.#pending.slice(end)
    this.#before += text
    return text
  }

  flush(): string {
    const rest = this.#look(this.#pending.length)
    return this.#ask.isGuard ? rest : ''
  }

  /** Looks at the text up to there, and gives it as it may go on. */
  #look(end: number): string {
    if (this.#before === '' && end === 0) return ''
    const text = this.#before + this.#pending.slice(0, end)
    const spans = this.#ask.policy.scanner.scan(text).filter((span) => span.end > this.#known)
    const said = this.#replaced(text, spans)
    this.#pending = this.#pending.slice(end)
    const dropped = Math.max(0, text.length - contextChars)
    this.#before = text.slice(dropped)
    this.#known = Math.max(0, Math.max(this.#known, ...spans.map((span) => span.end)) - dropped)
    return said
  }

  #replaced(text: string, spans: readonly Span[]): string {
    const { policy, sent } = this.#ask
    const start = this.#before.length
    let out = ''
    let from = start
    for (const span of spans) {
      const value = text.slice(span.start, span.end)
      const action = actionFor(policy.output, span.type)
      if (action === 'allow' || sent.has(value)) continue
      this.#count(span.type, action)
      if (action === 'block') throw new OutputBlocked(span.type)
      if (action === 'log' || span.end <= from) continue
      out +=
        text.slice(from, Math.max(from, span.start)) + inPlaceOf(policy, action, { type: span.type, value })
      from = span.end
    }
    return out + text.slice(from)
  }

  #count(type: string, action: Action): void {
    const { counts, isRepeat } = this.#ask
    if (isRepeat) return
    counts.byType.set(type, (counts.byType.get(type) ?? 0) + 1)
    counts.action = counts.action === 'none' ? action : stricter(counts.action, action)
  }
}

/** What the model says by itself is given back to nobody: to mask it is to take it out. */
function inPlaceOf(policy: MaskPolicy, action: Action, find: { type: string; value: string }): string {
  if (action === 'hash') return hashed(policy.key, `\0${find.type}`, find)
  return action === 'partial' ? partial(find.type, find.value) : redacted(find.type)
}

/**
 * Up to where text may be looked at and go on: a word that may not be complete waits, and so does what stands right
 * before it and has digits, because numbers are written in groups.
 */
function safeEnd(text: string): number {
  let end = lastBlank(text, text.length)
  while (end > 0 && text.length - end < heldCharsMax) {
    const start = lastBlank(text, end - 1)
    if (!/\d/.test(text.slice(start, end))) break
    end = start
  }
  return text.length - end > heldCharsMax ? text.length - contextChars : end
}

/** One past the last blank before `end`; 0 for none. */
function lastBlank(text: string, end: number): number {
  for (let at = end - 1; at >= 0; at -= 1) {
    const code = text.charCodeAt(at)
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) return at + 1
  }
  return 0
}
