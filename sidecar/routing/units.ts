import { createHash, type Hash } from 'node:crypto'
import type { PromptOutline } from '../prompt/turns.ts'
import { unitHash } from './draw.ts'
import type { Facts } from './facts.ts'
import { Lru } from './lru.ts'

/** What a draw is made for, and what keeps its candidate. */
export interface Unit {
  readonly kind: 'conversation' | 'customer' | 'request'
  /** What is drawn for. */
  readonly id: string
  /** As the record names it; a unit that is a hash already is its own. */
  readonly hash: string
  /** It may come again, so its draw is kept. */
  readonly isLasting: boolean
}

const separator = '\u001f'

/**
 * Who a request is drawn for. A conversation that names itself is one wherever it arrives. One that does not is
 * recognised by its own history: a request whose turns begin with all the turns of an earlier one goes on from there.
 * A request without history is drawn for itself, so that equal first questions spread over the candidates as the
 * weights say.
 */
export class Units {
  /** Everything said in a conversation so far, hashed, to the unit it was drawn for. */
  readonly #conversations: Lru<string, string>

  constructor(entriesMax: number) {
    this.#conversations = new Lru(entriesMax)
  }

  of(sticky: 'conversation' | 'customer' | 'request', route: string, facts: Facts): Unit {
    const { session, customer, requestId } = facts.given
    if (sticky === 'request') return onceFor(requestId)
    if (sticky === 'customer' && customer !== '') return lasting('customer', customer)
    if (session !== '') return lasting('conversation', session)
    const { outline } = facts
    if (outline.turns.length === 0)
      return customer === '' ? onceFor(requestId) : lasting('customer', customer)
    if (customer === '') return this.#continued(route, facts, outline)
    // Of a customer the beginning is enough to know the conversation by, on any sidecar.
    const opening = openingHash(facts, outline)
    return { kind: 'conversation', id: opening, hash: opening, isLasting: true }
  }

  #continued(route: string, facts: Facts, { system, turns }: PromptOutline): Unit {
    const hash = createHash('sha256')
    hash.update([route, facts.given.keyName, system].join(separator))
    const answered = turns.findLastIndex((turn) => turn.role === 'assistant')
    let before: string | undefined
    for (const [index, turn] of turns.entries()) {
      if (index === answered) before = digest(hash.copy())
      hash.update(`${separator}${turn.role}${separator}${turn.text}`)
    }
    const known = before === undefined ? undefined : this.#conversations.get(before)
    const id = known ?? facts.given.requestId
    this.#conversations.set(digest(hash), id)
    return lasting(known === undefined ? 'request' : 'conversation', id)
  }
}

/** For a request that nothing follows. */
export function onceFor(requestId: string): Unit {
  return { ...lasting('request', requestId), isLasting: false }
}

function lasting(kind: Unit['kind'], id: string): Unit {
  return { kind, id, hash: unitHash(id), isLasting: true }
}

/** Key, customer, instructions and the first words: what all requests of one conversation share. */
function openingHash({ given }: Facts, { system, turns }: PromptOutline): string {
  const first = turns.find((turn) => turn.role === 'user')?.text ?? ''
  const hash = createHash('sha256')
  hash.update([given.keyName, given.customer, system, first].join(separator))
  return digest(hash)
}

function digest(hash: Hash): string {
  return hash.digest('hex').slice(0, 32)
}
