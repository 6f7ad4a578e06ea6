import type { JsonObject } from '../../../contract/json.ts'
import type { Usage } from '../../../contract/usage.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { StreamPosition } from '../../conversation/position.ts'
import { reasoningDetail } from '../../conversation/reasoning-details.ts'
import type { AnswerFrame, AnswerStreamWriter } from '../dialect.ts'
import {
  type AnswerHead,
  answerHead,
  type FinishEvent,
  finishFields,
  imageEntry,
  isAudio,
  type MediaEvent,
  type ProofEvent,
  provenBlock,
  speaksFunctions,
  toolCallHead,
} from './choice.ts'
import { writeTier, writeUsage } from './usage.ts'

/** What one answer of several must remember while it streams. */
interface ChoiceState {
  isFinished: boolean
  openThinking: string
  detailCount: number
  imageCount: number
  /** Tool calls by number; true once arguments came. */
  readonly calls: Map<number, boolean>
}

type ChoiceEvent = Extract<AnswerEvent, { choice: number }>

export class ChatStreamWriter implements AnswerStreamWriter {
  readonly #frame: AnswerFrame
  readonly #asFunctions: boolean
  readonly #choices = new Map<number, ChoiceState>()
  #head: AnswerHead | undefined
  #usage: Usage | undefined

  constructor(frame: AnswerFrame, at?: StreamPosition) {
    this.#frame = frame
    this.#asFunctions = speaksFunctions(frame)
    if (at?.start === undefined) return
    this.#head = {
      ...answerHead(frame, at.start),
      ...(at.start.model === '' ? {} : { model: at.start.model }),
    }
    // Its first chunk has named the role.
    this.#state(0)
  }

  write(event: AnswerEvent): string {
    switch (event.type) {
      case 'start':
        this.#head ??= answerHead(this.#frame, event)
        return this.#open(0)
      case 'usage':
        // Held back: callers expect one usage chunk, after everything else, and the last count is the true one.
        this.#usage = event.usage
        return ''
      case 'end':
      case 'error':
        return ''
      default:
        return this.#open(event.choice) + this.#writeInChoice(event, this.#state(event.choice))
    }
  }

  end(): string {
    let text = this.#open(0)
    for (const [choice, state] of this.#choices) {
      const reason = state.calls.size > 0 ? 'tool_calls' : 'stop'
      if (!state.isFinished) text += this.#finish({ type: 'finish', choice, reason, raw: '' }, state)
    }
    return `${text}${this.#usageChunk()}data: [DONE]\n\n`
  }

  #writeInChoice(event: ChoiceEvent, state: ChoiceState): string {
    if (event.type !== 'thinking' && event.type !== 'thinking_proof') state.openThinking = ''
    switch (event.type) {
      case 'text':
        return this.#delta(event.choice, { content: event.text })
      case 'refusal':
        return this.#delta(event.choice, { refusal: event.text })
      case 'thinking':
        state.openThinking += event.text
        return this.#delta(event.choice, { reasoning_content: event.text })
      case 'thinking_proof':
        return this.#proof(event, state)
      case 'tool_call':
        state.calls.set(event.call, false)
        return this.#callDelta(event, {
          ...toolCallHead(event),
          function: { name: event.name, arguments: '' },
        })
      case 'tool_arguments':
        return this.#arguments(event, state)
      case 'media':
        return this.#media(event, state)
      case 'finish':
        return state.isFinished ? '' : this.#finish(event, state)
    }
  }

  /** The whole proven block in one piece, so that a client which merely collects can send it back. */
  #proof(event: ProofEvent, state: ChoiceState): string {
    const block = provenBlock(event, state.openThinking)
    state.openThinking = ''
    const detail = reasoningDetail(block, state.detailCount++)
    return this.#delta(event.choice, { reasoning_details: [detail] })
  }

  #arguments(event: Extract<AnswerEvent, { type: 'tool_arguments' }>, state: ChoiceState): string {
    if (event.json === '' || !state.calls.has(event.call)) return ''
    state.calls.set(event.call, true)
    return this.#callDelta(event, { function: { arguments: event.json } })
  }

  #callDelta(event: { choice: number; call: number }, fields: JsonObject): string {
    if (!this.#asFunctions)
      return this.#delta(event.choice, { tool_calls: [{ index: event.call, ...fields }] })
    // The old form has room for one call.
    return event.call === 0 ? this.#delta(event.choice, { function_call: fields['function'] }) : ''
  }

  #media(event: MediaEvent, state: ChoiceState): string {
    if (!isAudio(event)) return this.#delta(event.choice, { images: [imageEntry(event, state.imageCount++)] })
    return this.#delta(event.choice, { audio: { id: `audio_${this.#frame.requestId}`, data: event.data } })
  }

  #finish(event: FinishEvent, state: ChoiceState): string {
    state.isFinished = true
    let text = ''
    for (const [call, hasArguments] of state.calls) {
      // Callers parse the arguments as JSON, and nothing at all is not JSON.
      if (!hasArguments)
        text += this.#callDelta({ choice: event.choice, call }, { function: { arguments: '{}' } })
    }
    return (
      text + this.#chunk([{ index: event.choice, delta: {}, logprobs: null, ...this.#finishFields(event) }])
    )
  }

  #finishFields(event: FinishEvent): JsonObject {
    return finishFields(event, this.#asFunctions)
  }

  #usageChunk(): string {
    if (!this.#frame.wantsStreamUsage || this.#usage === undefined) return ''
    return this.#chunk([], { usage: writeUsage(this.#usage), ...writeTier(this.#usage) })
  }

  /** The role chunk of a choice, once. */
  #open(choice: number): string {
    if (this.#choices.has(choice)) return ''
    this.#state(choice)
    return this.#delta(choice, { role: 'assistant' })
  }

  #state(choice: number): ChoiceState {
    const found = this.#choices.get(choice)
    if (found !== undefined) return found
    const state = {
      isFinished: false,
      openThinking: '',
      detailCount: 0,
      imageCount: 0,
      calls: new Map<number, boolean>(),
    }
    this.#choices.set(choice, state)
    return state
  }

  #delta(index: number, delta: JsonObject): string {
    return this.#chunk([{ index, delta, logprobs: null, finish_reason: null }])
  }

  #chunk(choices: JsonObject[], more: JsonObject = {}): string {
    this.#head ??= answerHead(this.#frame, undefined)
    const { id, created, model } = this.#head
    const usage = this.#frame.wantsStreamUsage ? { usage: null } : {}
    const chunk = { id, object: 'chat.completion.chunk', created, model, choices, ...usage, ...more }
    return `data: ${JSON.stringify(chunk)}\n\n`
  }
}
