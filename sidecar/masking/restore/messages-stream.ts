import { type JsonObject, numberAt, objectAt, stringAt } from '../../../contract/json.ts'
import { answerShapes } from '../walk/answers.ts'
import { restoreInPlace } from './in-place.ts'
import { type StreamAsk, TextPaths } from './paths.ts'
import { type Rewritten, type StreamRewriter, unchanged } from './rewriter.ts'

/** Deltas that carry text, with the field that has it. */
const deltaFields: Readonly<Record<string, string>> = { text_delta: 'text', input_json_delta: 'partial_json' }

/** Events of Anthropic's Messages. Blocks are told apart by their index. */
export class MessagesRewriter implements StreamRewriter {
  readonly #ask: StreamAsk
  readonly #paths: TextPaths

  constructor(ask: StreamAsk) {
    this.#ask = ask
    this.#paths = new TextPaths(ask)
  }

  event(event: JsonObject): Rewritten {
    switch (event['type']) {
      case 'content_block_delta':
        return this.#delta(event)
      case 'content_block_start':
        return {
          before: [],
          isChanged: restoreInPlace(event, 'content_block', answerShapes.messages, this.#ask),
        }
      case 'content_block_stop':
        return { before: this.#flush(`${numberAt(event, 'index') ?? 0}.`), isChanged: false }
      case 'message_delta':
      case 'message_stop':
        return { before: this.end(), isChanged: false }
      default:
        return unchanged
    }
  }

  end(): readonly JsonObject[] {
    return this.#flush('')
  }

  #delta(event: JsonObject): Rewritten {
    const delta = objectAt(event, 'delta')
    const type = stringAt(delta, 'type') ?? ''
    if (type === 'citations_delta')
      return { before: [], isChanged: restoreInPlace(event, 'delta', answerShapes.messages, this.#ask) }
    const field = deltaFields[type]
    const said = field === undefined ? undefined : stringAt(delta, field)
    if (delta === undefined || field === undefined || said === undefined) return unchanged
    const name = `${numberAt(event, 'index') ?? 0}.${type}`
    const text = this.#paths.push(name, said, type === 'input_json_delta')
    delta[field] = text
    return { before: [], isChanged: text !== said }
  }

  #flush(prefix: string): JsonObject[] {
    return this.#paths.names(prefix).flatMap((name) => {
      const rest = this.#paths.flush(name)
      const [index, type = ''] = name.split('.')
      if (rest === '') return []
      const delta = { type, [deltaFields[type] ?? 'text']: rest }
      return [{ type: 'content_block_delta', index: Number(index), delta }]
    })
  }
}
