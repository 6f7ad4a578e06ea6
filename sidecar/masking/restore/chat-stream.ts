import { arrayAt, isObject, type Json, type JsonObject, numberAt, objectAt } from '../../../contract/json.ts'
import { blankLogprobs } from './logprobs.ts'
import { type StreamAsk, TextPaths } from './paths.ts'
import type { Rewritten, StreamRewriter } from './rewriter.ts'

/** Texts of a delta; thinking passes as it is. */
const textFields = ['content', 'refusal'] as const

/** Chunks of chat completions, and of the legacy ones. */
export class ChatRewriter implements StreamRewriter {
  readonly #paths: TextPaths
  /** What every chunk of this answer says of itself. */
  #head: JsonObject = {}
  #isLegacy = false

  constructor(ask: StreamAsk) {
    this.#paths = new TextPaths(ask)
  }

  event(chunk: JsonObject): Rewritten {
    const { choices: _choices, usage: _usage, ...head } = chunk
    this.#head = head
    let isChanged = false
    for (const choice of arrayAt(chunk, 'choices')) {
      if (!isObject(choice)) continue
      isChanged =
        (typeof choice['text'] === 'string' ? this.#legacy(choice) : this.#choice(choice)) || isChanged
    }
    return { before: [], isChanged }
  }

  end(): readonly JsonObject[] {
    return [...new Set(this.#paths.names().map((name) => Number.parseInt(name, 10)))].flatMap((index) => {
      const choice: JsonObject = { index, delta: {}, finish_reason: null }
      if (this.#isLegacy) {
        const text = this.#paths.flush(`${index}.text`)
        return text === '' ? [] : [{ ...this.#head, choices: [{ index, text, finish_reason: null }] }]
      }
      return this.#flush(choice, index) ? [{ ...this.#head, choices: [choice] }] : []
    })
  }

  #legacy(choice: JsonObject): boolean {
    this.#isLegacy = true
    const index = numberAt(choice, 'index') ?? 0
    const said = choice['text'] as string
    let text = this.#paths.push(`${index}.text`, said)
    if (isOver(choice)) text += this.#paths.flush(`${index}.text`)
    choice['text'] = text
    if (text !== said) blankLogprobs(choice)
    return text !== said
  }

  #choice(choice: JsonObject): boolean {
    const index = numberAt(choice, 'index') ?? 0
    const delta = objectAt(choice, 'delta')
    let isChanged = delta !== undefined && this.#delta(delta, index)
    if (isOver(choice)) isChanged = this.#flush(choice, index) || isChanged
    if (isChanged) blankLogprobs(choice)
    return isChanged
  }

  #delta(delta: JsonObject, index: number): boolean {
    let isChanged = false
    const push = (holder: JsonObject, key: string, name: string, isArguments = false) => {
      const said = holder[key]
      if (typeof said !== 'string' || said === '') return
      const text = this.#paths.push(`${index}.${name}`, said, isArguments)
      if (text === said) return
      holder[key] = text
      isChanged = true
    }
    for (const field of textFields) push(delta, field, field)
    const calls = arrayAt(delta, 'tool_calls')
    for (const call of calls) {
      const called = objectAt(call, 'function')
      if (called !== undefined) push(called, 'arguments', `call.${numberAt(call, 'index') ?? 0}`, true)
      const custom = objectAt(call, 'custom')
      if (custom !== undefined) push(custom, 'input', `custom.${numberAt(call, 'index') ?? 0}`)
    }
    const legacy = objectAt(delta, 'function_call')
    if (legacy !== undefined) push(legacy, 'arguments', 'function_call', true)
    if (calls.length > 0 || legacy !== undefined) {
      // The words before a call are over when the call begins.
      for (const field of textFields) isChanged = this.#append(delta, field, index) || isChanged
    }
    return isChanged
  }

  #append(delta: JsonObject, field: string, index: number): boolean {
    const rest = this.#paths.flush(`${index}.${field}`)
    if (rest === '') return false
    delta[field] = `${typeof delta[field] === 'string' ? delta[field] : ''}${rest}`
    return true
  }

  /** Everything held of a choice, into its last delta. */
  #flush(choice: JsonObject, index: number): boolean {
    const delta = objectAt(choice, 'delta') ?? {}
    let isChanged = false
    for (const field of textFields) isChanged = this.#append(delta, field, index) || isChanged
    for (const name of this.#paths.names(`${index}.`)) {
      const rest = this.#paths.flush(name)
      if (rest === '') continue
      isChanged = true
      const [, kind, call = '0'] = name.split('.')
      if (kind === 'function_call') delta['function_call'] = { arguments: rest }
      else
        addToCall(delta, Number(call), kind === 'custom' ? { custom: { input: rest } } : { arguments: rest })
    }
    if (isChanged) choice['delta'] = delta
    return isChanged
  }
}

const isOver = (choice: JsonObject) => typeof choice['finish_reason'] === 'string'

function addToCall(
  delta: JsonObject,
  index: number,
  rest: { arguments?: string; custom?: JsonObject },
): void {
  const calls = [...arrayAt(delta, 'tool_calls')]
  const said = rest.custom === undefined ? { function: { arguments: rest.arguments ?? '' } } : rest
  const known = calls.find((call) => isObject(call) && numberAt(call, 'index') === index)
  const called = objectAt(known, 'function')
  if (called !== undefined && rest.custom === undefined)
    called['arguments'] = `${called['arguments'] ?? ''}${rest.arguments}`
  else calls.push({ index, ...said } as Json)
  delta['tool_calls'] = calls
}
