import { arrayAt, isObject, type Json, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import { readThinking } from '../../conversation/reasoning-details.ts'
import type { ThinkingPart } from '../../conversation/request.ts'

/** What a message or a stream delta says besides tool calls, in the order it is to be read. */
export function contentEvents(message: JsonObject, choice: number): AnswerEvent[] {
  const events: AnswerEvent[] = []
  for (const part of readThinking(message)) pushThinking(events, part, choice)
  const { content } = message
  if (typeof content === 'string') pushText(events, content, choice)
  else if (Array.isArray(content)) for (const part of content) pushPart(events, part, choice)
  const refusal = stringAt(message, 'refusal')
  if (refusal) events.push({ type: 'refusal', choice, text: refusal })
  for (const image of arrayAt(message, 'images')) pushImage(events, image, choice)
  const audio = objectAt(message, 'audio')
  if (audio !== undefined) pushAudio(events, audio, choice)
  return events
}

export function pushThinking(events: AnswerEvent[], part: ThinkingPart, choice: number): void {
  if (part.text !== '') events.push({ type: 'thinking', choice, text: part.text })
  if (part.signature === undefined && part.redacted === undefined) return
  events.push({
    type: 'thinking_proof',
    choice,
    issuer: part.issuer ?? 'other',
    ...(part.signature === undefined ? {} : { signature: part.signature }),
    ...(part.redacted === undefined ? {} : { redacted: part.redacted }),
    ...(part.id === undefined ? {} : { id: part.id }),
  })
}

function pushText(events: AnswerEvent[], text: string, choice: number): void {
  if (text !== '') events.push({ type: 'text', choice, text })
}

/** Mistral writes content as parts, its thinking among them. */
function pushPart(events: AnswerEvent[], part: Json, choice: number): void {
  if (typeof part === 'string') pushText(events, part, choice)
  if (!isObject(part)) return
  if (part['type'] === 'thinking') {
    const { thinking } = part
    const text = Array.isArray(thinking)
      ? thinking.map((piece) => stringAt(piece, 'text') ?? '').join('')
      : (stringAt(part, 'thinking') ?? '')
    if (text !== '') events.push({ type: 'thinking', choice, text })
  } else if (part['type'] === 'refusal') {
    events.push({ type: 'refusal', choice, text: stringAt(part, 'refusal') ?? '' })
  } else if (part['type'] === 'image_url') pushImage(events, part, choice)
  else pushText(events, stringAt(part, 'text') ?? '', choice)
}

function pushImage(events: AnswerEvent[], image: Json, choice: number): void {
  const url = stringAt(objectAt(image, 'image_url'), 'url') ?? stringAt(image, 'image_url') ?? ''
  const comma = url.indexOf(',')
  if (!url.startsWith('data:') || comma < 0) return
  const mediaType = url.slice('data:'.length, comma).split(';')[0] || 'image/png'
  events.push({ type: 'media', choice, mediaType, data: url.slice(comma + 1) })
}

function pushAudio(events: AnswerEvent[], audio: JsonObject, choice: number): void {
  // The spoken words are the answer's text for callers without sound.
  pushText(events, stringAt(audio, 'transcript') ?? '', choice)
  const data = stringAt(audio, 'data')
  // The answer does not repeat which audio format was asked for.
  if (data) events.push({ type: 'media', choice, mediaType: 'audio/*', data })
}
