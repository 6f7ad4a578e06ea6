import { type Likeness, likenessOf, normalised } from '../prompt/rephrase.ts'
import type { PromptOutline } from '../prompt/turns.ts'
import { Lru } from './lru.ts'

/** Turns of a person that are looked at. */
const turnsSeen = 4
const turnsKept = 3

interface Session {
  /** The request that was answered last. */
  readonly requestId: string
  /** Its last turns, for callers that send only the newest one; in memory alone, never on disk. */
  readonly said: readonly string[]
}

/** What people said last in each conversation, to notice when they have to say it again. */
export class Sessions {
  readonly #sessions: Lru<string, Session>

  constructor(entriesMax: number) {
    this.#sessions = new Lru(entriesMax)
  }

  previous(key: string): Session | undefined {
    return this.#sessions.get(key)
  }

  remember(key: string, requestId: string, outline: PromptOutline): void {
    const said = this.#said(key, outline).slice(-turnsKept).map(normalised)
    this.#sessions.set(key, { requestId, said })
  }

  /** How the newest turn stands to those before it, wherever these are known from. */
  newest(key: string, outline: PromptOutline): Likeness {
    // After a tool's result the same words of the user come again without having been said again.
    if (outline.turns.at(-1)?.role !== 'user') return 'other'
    const said = this.#said(key, outline)
    return likenessOf(said.at(-1) ?? '', said.slice(0, -1))
  }

  /** Of the last four turns of a person, those that said again what came before. */
  again(key: string, outline: PromptOutline): number {
    const said = this.#said(key, outline)
    let count = 0
    for (let index = Math.max(1, said.length - turnsSeen); index < said.length; index += 1)
      if (likenessOf(said[index] ?? '', said.slice(0, index)) !== 'other') count += 1
    return count
  }

  /** All that a person said: by the request where it brings its history, else what is remembered and what is new. */
  #said(key: string, outline: PromptOutline): readonly string[] {
    const own = saidIn(outline)
    return bringsHistory(own, outline) ? own : [...(this.previous(key)?.said ?? []), ...own]
  }
}

/** With an answer in it, a single turn of a person is the first one, however often an agent sends it. */
function bringsHistory(said: readonly string[], { turns }: PromptOutline): boolean {
  return said.length > 1 || (said.length === 1 && turns.some((turn) => turn.role === 'assistant'))
}

function saidIn({ turns }: PromptOutline): string[] {
  return turns.filter((turn) => turn.role === 'user').map((turn) => turn.text)
}
