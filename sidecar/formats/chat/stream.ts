import {
  arrayAt,
  countAt,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  stringAt,
} from '../../../contract/json.ts'
import { type AnswerEvent, unreadable } from '../../conversation/answer.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { AnswerStreamReader, HostQuirks } from '../format.ts'
import { startEvent, usageIn } from './answer.ts'
import { contentEvents } from './content.ts'
import { faultIn, faultOfError, faultOfFinish } from './fault.ts'
import { finishReason, isFailedFinish } from './finish.ts'
import { ToolCallReader } from './tool-calls.ts'

interface ChoiceState {
  readonly calls: ToolCallReader
  isFinished: boolean
  /** Thinking since the last proof: a proof that repeats it proves it, and says nothing new. */
  openThinking: string
}

const nothing: readonly AnswerEvent[] = []

/** Reads chat chunks of OpenAI and of the hosts that nearly speak like it. Never throws. */
export class ChatStreamReader implements AnswerStreamReader {
  readonly #quirks: HostQuirks
  readonly #choices = new Map<number, ChoiceState>()
  #answerId = ''
  #serviceTier: string | undefined
  #hasStarted = false
  #hasUsage = false
  #isOver = false

  constructor(quirks: HostQuirks) {
    this.#quirks = quirks
  }

  onFrame(frame: Frame): readonly AnswerEvent[] {
    // Some hosts say [DONE] twice, or go on after it.
    if (this.#isOver || !frame.hasData) return nothing
    const data = frame.data.trim()
    if (data === '[DONE]') return this.#over({ type: 'end' })
    const chunk = parsed(data)
    if (chunk === undefined) return unreadable
    const fault = frame.event === 'error' ? faultOfError(errorIn(chunk)) : this.#faultIn(chunk)
    if (fault !== undefined) return this.#over({ type: 'error', fault })
    return this.#onChunk(chunk)
  }

  /** Errors of the whole chunk; those of one choice come after its content. */
  #faultIn(chunk: JsonObject) {
    return chunk['error'] === undefined && chunk['x_groq'] === undefined && chunk['choices'] !== undefined
      ? undefined
      : faultIn(chunk['choices'] === undefined ? chunk : { ...chunk, choices: [] })
  }

  #over(event: AnswerEvent): readonly AnswerEvent[] {
    this.#isOver = true
    return [event]
  }

  #onChunk(chunk: JsonObject): readonly AnswerEvent[] {
    const events: AnswerEvent[] = []
    const choices = arrayAt(chunk, 'choices')
    this.#serviceTier = stringAt(chunk, 'service_tier') ?? this.#serviceTier
    this.#start(events, chunk, choices.length > 0)
    // Before the content beside it: some callers are told of the prompt's tokens at the start alone.
    this.#onUsage(events, chunk)
    for (const choice of choices) if (isObject(choice)) this.#onChoice(events, choice)
    return events
  }

  /** Azure's first chunk has an empty id and no choices: the answer begins with the next. */
  #start(events: AnswerEvent[], chunk: JsonObject, hasChoices: boolean): void {
    if (this.#hasStarted || (!hasChoices && !stringAt(chunk, 'id'))) return
    this.#hasStarted = true
    this.#answerId = stringAt(chunk, 'id') ?? ''
    events.push(startEvent(chunk))
  }

  #onUsage(events: AnswerEvent[], chunk: JsonObject): void {
    const usage = usageIn(chunk, this.#quirks, this.#serviceTier)
    if (usage === undefined) return
    const isEmpty = Object.keys(usage.classes).length === 0
    // Zeros after a count are a placeholder, not a correction.
    if (isEmpty && this.#hasUsage) return
    this.#hasUsage ||= !isEmpty
    events.push({ type: 'usage', usage })
  }

  #onChoice(events: AnswerEvent[], choice: JsonObject): void {
    const index = countAt(choice, 'index') ?? 0
    const state = this.#state(index)
    const text = stringAt(choice, 'text')
    if (text) events.push({ type: 'text', choice: index, text })
    // Azure's late filter verdicts have no delta; some hosts answer a stream with one whole message.
    const delta = objectAt(choice, 'delta') ?? objectAt(choice, 'message')
    if (delta !== undefined && !state.isFinished) this.#onDelta(events, delta, { index, state })
    const raw = stringAt(choice, 'finish_reason')
    if (raw && !state.isFinished) this.#onFinish(events, { index, state, raw, error: choice['error'] })
  }

  #onDelta(events: AnswerEvent[], delta: JsonObject, at: { index: number; state: ChoiceState }): void {
    const { state } = at
    for (const event of contentEvents(delta, at.index)) {
      if (event.type === 'thinking') {
        // A proof that comes with the whole of its text, which was streamed before it.
        if (isProofOf(delta, event.text, state.openThinking)) continue
        state.openThinking += event.text
      } else state.openThinking = ''
      events.push(event)
    }
    const legacy = objectAt(delta, 'function_call')
    const pieces = legacy === undefined ? arrayAt(delta, 'tool_calls') : [{ index: 0, function: legacy }]
    for (const piece of pieces) if (isObject(piece)) events.push(...state.calls.read(piece))
    // A call ends the block of thinking before it.
    if (pieces.length > 0) state.openThinking = ''
  }

  #onFinish(
    events: AnswerEvent[],
    at: { index: number; state: ChoiceState; raw: string; error: Json | undefined },
  ): void {
    at.state.isFinished = true
    if (isFailedFinish(at.raw)) {
      this.#isOver = true
      events.push({ type: 'error', fault: faultOfFinish(at.raw, at.error) })
      return
    }
    const reason = finishReason(at.raw, at.state.calls.count > 0)
    events.push({ type: 'finish', choice: at.index, reason, raw: at.raw })
  }

  #state(index: number): ChoiceState {
    const found = this.#choices.get(index)
    if (found !== undefined) return found
    const calls = new ToolCallReader(index, () => this.#answerId)
    const state = { calls, isFinished: false, openThinking: '' }
    this.#choices.set(index, state)
    return state
  }
}

function isProofOf(delta: JsonObject, text: string, open: string): boolean {
  if (text !== open || delta['reasoning_content'] || delta['reasoning']) return false
  return arrayAt(delta, 'reasoning_details').some((detail) => stringAt(detail, 'signature') !== undefined)
}

function errorIn(chunk: JsonObject): Json {
  return chunk['error'] ?? chunk
}

/** A frame that is no JSON is not an answer's end nor its content. */
function parsed(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
