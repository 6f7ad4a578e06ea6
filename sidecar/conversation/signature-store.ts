import type { AnswerEvent } from './answer.ts'
import type { Conversation, Part, ThinkingPart, ToolCallPart, Turn, Vendor } from './request.ts'

/** What a model thought before a tool call and signed, as it must be shown again with the call's result. */
export interface CallProof {
  readonly thinking: readonly ThinkingPart[]
  /** The signature on the call itself. */
  readonly signature?: string
  readonly issuer?: Vendor
}

interface Entry {
  readonly proof: CallProof
  readonly bytes: number
}

/**
 * Proofs by tool call, for clients that send a call back without the thinking that came with it. Oldest
 * use goes first when either bound is reached. The scope keeps callers apart: what was remembered for one
 * is never found by another, whatever ids it sends.
 */
export class SignatureStore {
  readonly #entries = new Map<string, Entry>()
  readonly #limits: { readonly entriesMax: number; readonly bytesMax: number }
  #bytes = 0

  constructor(limits: { readonly entriesMax: number; readonly bytesMax: number }) {
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  remember(scope: string, toolCallId: string, proof: CallProof): void {
    const key = keyOf(scope, toolCallId)
    const known = this.#entries.get(key)?.proof
    // Some hosts count their ids from 0 in every conversation. What was thought in one must never be told
    // in another, so an id that was seen with two proofs finds neither.
    const kept = known === undefined || JSON.stringify(known) === JSON.stringify(proof) ? proof : noProof
    const bytes = key.length + JSON.stringify(kept).length
    this.#forget(key)
    if (toolCallId === '' || bytes > this.#limits.bytesMax) return
    this.#entries.set(key, { proof: kept, bytes })
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.entriesMax && this.#bytes <= this.#limits.bytesMax) break
      this.#forget(oldest)
    }
  }

  recall(scope: string, toolCallId: string): CallProof | undefined {
    const key = keyOf(scope, toolCallId)
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return isEmpty(entry.proof) ? undefined : entry.proof
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}

const noProof: CallProof = { thinking: [] }

function isEmpty(proof: CallProof): boolean {
  return proof.thinking.length === 0 && proof.signature === undefined
}

/** The length makes it impossible to reach into another scope with a made-up id. */
function keyOf(scope: string, toolCallId: string): string {
  return `${scope.length}:${scope}${toolCallId}`
}

/**
 * The proofs in an answer, each with the call it belongs to: thinking goes with the first call after it.
 * Thinking without proof is kept as well, as some vendors want theirs back unsigned. A call without any is
 * there too: its id may have been used for another one before.
 */
export function rememberProofs(
  events: readonly AnswerEvent[],
): readonly { readonly toolCallId: string; readonly proof: CallProof }[] {
  const found: { toolCallId: string; proof: CallProof }[] = []
  let thinking: ThinkingPart[] = []
  for (const event of events) {
    // Only the first answer becomes part of the conversation.
    if ('choice' in event && event.choice !== 0) continue
    if (event.type === 'thinking') thinking = withText(thinking, event.text)
    else if (event.type === 'thinking_proof') thinking = withProof(thinking, event)
    else if (event.type === 'tool_call') {
      const { signature, issuer } = event
      const signed = {
        ...(signature === undefined ? {} : { signature }),
        ...(issuer === undefined ? {} : { issuer }),
      }
      found.push({ toolCallId: event.id, proof: { thinking, ...signed } })
      thinking = []
    }
  }
  return found
}

function withText(thinking: ThinkingPart[], text: string): ThinkingPart[] {
  const last = thinking.at(-1)
  if (last === undefined || last.issuer !== undefined) return [...thinking, { type: 'thinking', text }]
  return [...thinking.slice(0, -1), { ...last, text: last.text + text }]
}

function withProof(
  thinking: ThinkingPart[],
  event: Extract<AnswerEvent, { type: 'thinking_proof' }>,
): ThinkingPart[] {
  const { type: _type, choice: _choice, ...proof } = event
  const last = thinking.at(-1)
  // Anthropic's redacted thinking stands alone; other vendors encrypt what they gave a summary of.
  const isApart = proof.redacted !== undefined && proof.issuer === 'anthropic'
  const closes = last !== undefined && last.issuer === undefined && !isApart
  if (closes) return [...thinking.slice(0, -1), { ...last, ...proof }]
  return [...thinking, { type: 'thinking', text: '', ...proof }]
}

/** Puts back what the client left out, as far as it is the target's own. The same object when nothing is missing. */
export function restoreProofs(
  conversation: Conversation,
  from: { readonly store: Pick<SignatureStore, 'recall'>; readonly scope: string; readonly issuer: Vendor },
): Conversation {
  let hasChanged = false
  const turns = conversation.turns.map((turn) => {
    const restored = turn.role === 'assistant' ? restoredTurn(turn, from) : turn
    hasChanged ||= restored !== turn
    return restored
  })
  return hasChanged ? { ...conversation, turns } : conversation
}

function restoredTurn(
  turn: Turn,
  from: { readonly store: Pick<SignatureStore, 'recall'>; readonly scope: string; readonly issuer: Vendor },
): Turn {
  let parts: readonly Part[] = turn.parts
  for (const call of turn.parts) {
    if (call.type !== 'tool_call') continue
    const proof = from.store.recall(from.scope, call.id)
    if (proof !== undefined) parts = restoredCall(parts, call, { proof, issuer: from.issuer })
  }
  return parts === turn.parts ? turn : { ...turn, parts }
}

function restoredCall(
  parts: readonly Part[],
  call: ToolCallPart,
  { proof, issuer }: { proof: CallProof; issuer: Vendor },
): readonly Part[] {
  const missing = proof.thinking.filter(
    (part) => isOwn(part, issuer) && !parts.some((other) => isSame(other, part)),
  )
  const signs = proof.signature !== undefined && proof.issuer === issuer && call.signature === undefined
  if (missing.length === 0 && !signs) return parts
  // A copy of the text that came back without its proof would be there twice.
  const kept = parts.filter((part) => !missing.some((lost) => isUnproven(part, lost)))
  const at = kept.indexOf(call)
  const isFirst = !kept.slice(0, at).some((part) => part.type === 'tool_call')
  const signed = signs ? { ...call, signature: proof.signature, issuer } : call
  // Thinking opens a turn; later calls have theirs right before them.
  return isFirst
    ? [...missing, ...kept.slice(0, at), signed, ...kept.slice(at + 1)]
    : [...kept.slice(0, at), ...missing, signed, ...kept.slice(at + 1)]
}

function isOwn(part: ThinkingPart, issuer: Vendor): boolean {
  return part.issuer === undefined ? issuer === 'other' : part.issuer === issuer
}

function isSame(other: Part, part: ThinkingPart): boolean {
  return (
    other.type === 'thinking' &&
    other.signature === part.signature &&
    other.redacted === part.redacted &&
    (part.issuer !== undefined || other.text === part.text)
  )
}

function isUnproven(part: Part, lost: ThinkingPart): boolean {
  return part.type === 'thinking' && part.issuer === undefined && part.text === lost.text
}
