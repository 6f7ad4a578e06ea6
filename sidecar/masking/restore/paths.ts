import type { OutputGate } from '../output-gate.ts'
import { TextRestorer } from './restorer.ts'
import type { RestoreAsk } from './whole.ts'

export interface StreamAsk extends RestoreAsk {
  /** Arguments of a tool call come in one piece. */
  readonly buffersArguments: boolean
}

/** One text of a stream: a choice, a block or an item, and of it one field. */
export class TextPath {
  readonly #restorer: TextRestorer
  readonly #gate: OutputGate | undefined
  readonly #isBuffered: boolean
  #buffer = ''

  constructor(ask: StreamAsk, isArguments: boolean) {
    this.#restorer = new TextRestorer(ask.map, ask.counts, { isJson: isArguments || ask.isJsonText })
    this.#gate = ask.gate?.(ask.isRepeat === true)
    this.#isBuffered = isArguments && ask.buffersArguments
  }

  push(text: string): string {
    if (this.#isBuffered) {
      this.#buffer += text
      return ''
    }
    return this.#restorer.push(this.#gate === undefined ? text : this.#gate.push(text))
  }

  /** What was held back: this text is over. */
  flush(): string {
    const rest = this.#gate === undefined ? this.#buffer : this.#gate.push(this.#buffer) + this.#gate.flush()
    this.#buffer = ''
    return this.#restorer.push(rest) + this.#restorer.flush()
  }
}

/** The texts of one stream by their names. */
export class TextPaths {
  readonly #ask: StreamAsk
  readonly #paths = new Map<string, TextPath>()

  constructor(ask: StreamAsk) {
    this.#ask = ask
  }

  push(name: string, text: string, isArguments = false): string {
    let path = this.#paths.get(name)
    if (path === undefined) {
      path = new TextPath(this.#ask, isArguments)
      this.#paths.set(name, path)
    }
    return path.push(text)
  }

  /** '' where nothing was held, or nothing of that name came. */
  flush(name: string): string {
    const path = this.#paths.get(name)
    this.#paths.delete(name)
    return path?.flush() ?? ''
  }

  /** Names that begin with it, in the order in which their texts began. */
  names(prefix = ''): string[] {
    const names = [...this.#paths.keys()]
    return prefix === '' ? names : names.filter((name) => name.startsWith(prefix))
  }
}
