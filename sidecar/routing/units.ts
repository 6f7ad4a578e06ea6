import { unitHash } from '../../contract/draw.ts'
import type { PromptOutline, PromptTurn } from '../prompt/turns.ts'
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
    const answered = lastAnswerAt(turns)
    const opening = [route, facts.given.keyName, system].join(separator)
    const before = opening + said(turns.slice(0, Math.max(0, answered)))
    const known = answered < 0 ? undefined : this.#conversations.get(unitHash(before))
    const id = known ?? facts.given.requestId
    this.#conversations.set(unitHash(opening + said(turns)), id)
    return lasting(known === undefined ? 'request' : 'conversation', id)
  }
}

/** Where the last answer begins, which may be of several pieces; -1 where there is none. */
function lastAnswerAt(turns: readonly PromptTurn[]): number {
  let at = turns.findLastIndex((turn) => turn.role === 'assistant')
  while (at > 0 && turns[at - 1]?.role === 'assistant') at -= 1
  return at
}

function said(turns: readonly PromptTurn[]): string {
  let text = ''
  for (const turn of turns) text += `${separator}${turn.role}${separator}${turn.text}`
  return text
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
  return unitHash([given.keyName, given.customer, system, first].join(separator))
}
