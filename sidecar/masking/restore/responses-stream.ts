import { type JsonObject, numberAt, stringAt } from '../../../contract/json.ts'
import { answerShapes } from '../walk/answers.ts'
import { restoreInPlace } from './in-place.ts'
import { blankLogprobs } from './logprobs.ts'
import { type StreamAsk, TextPaths } from './paths.ts'
import { type Rewritten, type StreamRewriter, unchanged } from './rewriter.ts'

/** Texts that come in deltas, by the name of their event without `.delta`; thinking is none of them. */
const deltas: Readonly<Record<string, { readonly isArguments: boolean; readonly done: string }>> = {
  'response.output_text': { isArguments: false, done: 'text' },
  'response.refusal': { isArguments: false, done: 'refusal' },
  'response.function_call_arguments': { isArguments: true, done: 'arguments' },
  'response.mcp_call_arguments': { isArguments: true, done: 'arguments' },
  'response.custom_tool_call_input': { isArguments: false, done: 'input' },
  'response.code_interpreter_call_code': { isArguments: false, done: 'code' },
}

/** Where an event repeats the whole of what deltas have said. */
const wholes = ['part', 'item', 'response', 'annotation'] as const

/** Events of OpenAI's Responses. They are numbered, so what is inserted moves the numbers of all that follow. */
export class ResponsesRewriter implements StreamRewriter {
  readonly #ask: StreamAsk
  readonly #paths: TextPaths
  /** Events as they would be if they held something: for what is held when the stream just ends. */
  readonly #samples = new Map<string, JsonObject>()
  #inserted = 0

  constructor(ask: StreamAsk) {
    this.#ask = ask
    this.#paths = new TextPaths(ask)
  }

  event(event: JsonObject): Rewritten {
    const { before, isChanged } = this.#restored(event)
    const number = numberAt(event, 'sequence_number')
    if (number === undefined || this.#inserted + before.length === 0) return { before, isChanged }
    before.forEach((each, index) => {
      each['sequence_number'] = number + this.#inserted + index
    })
    this.#inserted += before.length
    event['sequence_number'] = number + this.#inserted
    return { before, isChanged: true }
  }

  end(): readonly JsonObject[] {
    return this.#paths.names().flatMap((name) => this.#flush(name))
  }

  #restored(event: JsonObject): Rewritten {
    const type = stringAt(event, 'type') ?? ''
    if (type.endsWith('.delta')) return this.#delta(event, type.slice(0, -'.delta'.length))
    if (type.startsWith('response.reasoning')) return unchanged
    const isDone = type.endsWith('.done')
    const base = isDone ? type.slice(0, -'.done'.length) : type
    const before = isDone && base in deltas ? this.#flush(nameOf(event, base)) : []
    let isChanged = base in deltas && this.#whole(event, base)
    for (const key of wholes)
      isChanged =
        restoreInPlace(event, key, answerShapes.responses, { ...this.#ask, isRepeat: true }) || isChanged
    if (isChanged) blankDeep(event)
    return { before: isOver(type) ? [...before, ...this.end()] : before, isChanged }
  }

  #delta(event: JsonObject, base: string): Rewritten {
    const kind = deltas[base]
    const said = stringAt(event, 'delta')
    if (kind === undefined || said === undefined) return unchanged
    const name = nameOf(event, base)
    if (!this.#samples.has(name)) this.#samples.set(name, event)
    const text = this.#paths.push(name, said, kind.isArguments)
    event['delta'] = text
    if (text !== said) blankLogprobs(event)
    return { before: [], isChanged: text !== said }
  }

  /** `….done` says it all again. */
  #whole(event: JsonObject, base: string): boolean {
    const key = deltas[base]?.done ?? ''
    const said = stringAt(event, key)
    if (said === undefined) return false
    const paths = new TextPaths({ ...this.#ask, buffersArguments: false, isRepeat: true })
    const text = paths.push('', said, deltas[base]?.isArguments) + paths.flush('')
    event[key] = text
    return text !== said
  }

  #flush(name: string): JsonObject[] {
    const rest = this.#paths.flush(name)
    const sample = this.#samples.get(name)
    this.#samples.delete(name)
    if (rest === '' || sample === undefined) return []
    const event: JsonObject = { ...sample, delta: rest }
    if (Array.isArray(event['logprobs'])) event['logprobs'] = []
    return [event]
  }
}

function nameOf(event: JsonObject, base: string): string {
  return `${base} ${numberAt(event, 'output_index') ?? 0} ${numberAt(event, 'content_index') ?? 0}`
}

function isOver(type: string): boolean {
  return type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed'
}

function blankDeep(value: unknown): void {
  if (Array.isArray(value)) value.forEach(blankDeep)
  else if (typeof value === 'object' && value !== null) {
    blankLogprobs(value as JsonObject)
    Object.values(value).forEach(blankDeep)
  }
}
