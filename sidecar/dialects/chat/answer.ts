import type { JsonObject } from '../../../contract/json.ts'
import type { Usage } from '../../../contract/usage.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import { reasoningDetail } from '../../conversation/reasoning-details.ts'
import type { AnswerFrame } from '../dialect.ts'
import {
  answerHead,
  type FinishEvent,
  finishFields,
  imageEntry,
  isAudio,
  type MediaEvent,
  type ProofEvent,
  provenBlock,
  speaksFunctions,
  type ToolCallEvent,
  toolCallHead,
} from './choice.ts'
import { writeTier, writeUsage } from './usage.ts'

/** One answer of several, gathered. */
interface Choice {
  text: string
  refusal: string
  thinking: string
  /** Thinking since the last proof: what the next proof is about. */
  openThinking: string
  readonly details: JsonObject[]
  readonly images: JsonObject[]
  readonly sounds: Buffer[]
  readonly calls: Map<number, { readonly head: ToolCallEvent; arguments: string }>
  finish: FinishEvent | undefined
}

export function writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const choices = new Map<number, Choice>()
  let usage: Usage | undefined
  for (const event of events) {
    if (event.type === 'usage') usage = event.usage
    if ('choice' in event) gather(choiceAt(choices, event.choice), event)
  }
  // An answer without any content is still one choice.
  choiceAt(choices, 0)
  const asFunctions = speaksFunctions(frame)
  return {
    ...objectHead(events, frame),
    choices: [...choices]
      .sort(([left], [right]) => left - right)
      .map(([index, choice]) => writeChoice(index, choice, { asFunctions, requestId: frame.requestId })),
    ...(usage === undefined ? {} : { usage: writeUsage(usage) }),
    ...writeTier(usage),
  }
}

function objectHead(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const head = answerHead(
    frame,
    events.find((event) => event.type === 'start'),
  )
  return { id: head.id, object: 'chat.completion', created: head.created, model: head.model }
}

function choiceAt(choices: Map<number, Choice>, index: number): Choice {
  const found = choices.get(index)
  if (found !== undefined) return found
  const choice: Choice = {
    text: '',
    refusal: '',
    thinking: '',
    openThinking: '',
    details: [],
    images: [],
    sounds: [],
    calls: new Map(),
    finish: undefined,
  }
  choices.set(index, choice)
  return choice
}

function gather(choice: Choice, event: Extract<AnswerEvent, { choice: number }>): void {
  if (event.type !== 'thinking' && event.type !== 'thinking_proof') choice.openThinking = ''
  switch (event.type) {
    case 'text':
      choice.text += event.text
      break
    case 'refusal':
      choice.refusal += event.text
      break
    case 'thinking':
      choice.thinking += event.text
      choice.openThinking += event.text
      break
    case 'thinking_proof':
      gatherProof(choice, event)
      break
    case 'tool_call':
      choice.calls.set(event.call, { head: event, arguments: '' })
      break
    case 'tool_arguments':
      gatherArguments(choice, event.call, event.json)
      break
    case 'media':
      gatherMedia(choice, event)
      break
    case 'finish':
      choice.finish = event
      break
  }
}

function gatherProof(choice: Choice, proof: ProofEvent): void {
  choice.details.push(reasoningDetail(provenBlock(proof, choice.openThinking), choice.details.length))
  choice.openThinking = ''
}

function gatherArguments(choice: Choice, call: number, json: string): void {
  const found = choice.calls.get(call)
  if (found !== undefined) found.arguments += json
}

function gatherMedia(choice: Choice, media: MediaEvent): void {
  if (isAudio(media)) choice.sounds.push(Buffer.from(media.data, 'base64'))
  else choice.images.push(imageEntry(media, choice.images.length))
}

interface ChoiceManner {
  readonly asFunctions: boolean
  readonly requestId: string
}

function writeChoice(index: number, choice: Choice, manner: ChoiceManner): JsonObject {
  const finish = choice.finish ?? {
    type: 'finish',
    choice: index,
    reason: choice.calls.size > 0 ? 'tool_calls' : 'stop',
    raw: '',
  }
  return {
    index,
    message: writeMessage(choice, manner),
    logprobs: null,
    ...finishFields(finish, manner.asFunctions),
  }
}

function writeMessage(choice: Choice, manner: ChoiceManner): JsonObject {
  const { thinking, details, images } = choice
  return {
    role: 'assistant',
    content: choice.text === '' ? null : choice.text,
    refusal: choice.refusal === '' ? null : choice.refusal,
    ...(thinking === '' ? {} : { reasoning_content: thinking }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(images.length === 0 ? {} : { images }),
    ...writeSound(choice.sounds, manner.requestId),
    ...writeCalls(choice, manner.asFunctions),
  }
}

function writeSound(sounds: readonly Buffer[], requestId: string): JsonObject {
  if (sounds.length === 0) return {}
  const data = Buffer.concat(sounds).toString('base64')
  return { audio: { id: `audio_${requestId}`, data, expires_at: 0, transcript: '' } }
}

function writeCalls(choice: Choice, asFunctions: boolean): JsonObject {
  const calls = [...choice.calls.values()].map(({ head, arguments: json }) => ({
    ...toolCallHead(head),
    function: { name: head.name, arguments: json === '' ? '{}' : json },
  }))
  const [first] = calls
  if (first === undefined) return {}
  return asFunctions ? { function_call: first.function } : { tool_calls: calls }
}
