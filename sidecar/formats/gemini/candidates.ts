import { createHash } from 'node:crypto'
import {
  arrayAt,
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  stringAt,
} from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import { failureOf, finishOf } from './finish.ts'
import { searchesIn, usageIn } from './usage.ts'

/** Reads bodies of one answer: the only one, or every frame of a stream in turn. */
export interface AnswerReading {
  read(body: JsonObject): AnswerEvent[]
}

/**
 * Parallel calls arrive one per frame, each as the first part, so they are numbered over the whole
 * answer and never by their place or name.
 */
export function createAnswerReading(): AnswerReading {
  const callsOf = new Map<number, number>()
  const finished = new Set<number>()
  let hasStarted = false
  let responseId = ''
  let searches = 0

  function start(body: JsonObject, events: AnswerEvent[]): void {
    hasStarted = true
    responseId = stringAt(body, 'responseId') ?? ''
    events.push({ type: 'start', id: responseId, model: stringAt(body, 'modelVersion') ?? '' })
  }

  function readCandidate(candidate: Json, events: AnswerEvent[]): void {
    const choice = numberAt(candidate, 'index') ?? 0
    for (const part of arrayAt(objectAt(candidate, 'content'), 'parts')) {
      const call = callsOf.get(choice) ?? 0
      if (readPart(part, { choice, call, responseId, events })) callsOf.set(choice, call + 1)
    }
    const raw = stringAt(candidate, 'finishReason')
    // Early models repeat the reason in every frame.
    if (raw === undefined || raw === 'FINISH_REASON_UNSPECIFIED' || finished.has(choice)) return
    finished.add(choice)
    const fault = failureOf(raw)
    if (fault) events.push({ type: 'error', fault })
    else events.push({ type: 'finish', choice, reason: finishOf(raw, callsOf.has(choice)), raw })
  }

  return {
    read(body) {
      const events: AnswerEvent[] = []
      if (!hasStarted) start(body, events)
      for (const candidate of arrayAt(body, 'candidates')) readCandidate(candidate, events)
      const blocked = finished.size === 0 ? blockReason(body) : undefined
      if (blocked !== undefined) {
        finished.add(0)
        events.push({ type: 'finish', choice: 0, reason: 'content_filter', raw: blocked })
      }
      searches = Math.max(searches, searchesIn(body))
      const usage = usageIn(body, searches)
      if (usage) events.push({ type: 'usage', usage })
      return events
    },
  }
}

/** A blocked prompt is a 200 without candidates. */
export function blockReason(body: unknown): string | undefined {
  if (arrayAt(body, 'candidates').length > 0) return undefined
  return stringAt(objectAt(body, 'promptFeedback'), 'blockReason')
}

interface PartPlace {
  readonly choice: number
  readonly call: number
  readonly responseId: string
  readonly events: AnswerEvent[]
}

/** Whether the part was a call. */
function readPart(part: Json, place: PartPlace): boolean {
  const { choice, events } = place
  const call = objectAt(part, 'functionCall')
  if (call) return readCall(call, stringAt(part, 'thoughtSignature'), place)
  const text = stringAt(part, 'text')
  if (text) {
    const isThought = isObject(part) && part['thought'] === true
    events.push({ type: isThought ? 'thinking' : 'text', choice, text })
  }
  readOther(part, choice, events)
  const signature = stringAt(part, 'thoughtSignature')
  if (signature) events.push({ type: 'thinking_proof', choice, signature, issuer: 'google' })
  return false
}

function readCall(call: JsonObject, signature: string | undefined, place: PartPlace): boolean {
  const name = stringAt(call, 'name')
  // Pieces of a call that is streamed by itself have no name; nobody here asks for them.
  if (!name) return false
  const { choice, call: number, events } = place
  const json = JSON.stringify(objectAt(call, 'args') ?? {})
  const id = stringAt(call, 'id') || callId(place, name + json)
  events.push({
    type: 'tool_call',
    choice,
    call: number,
    id,
    name,
    ...(signature ? { signature, issuer: 'google' } : {}),
  })
  events.push({ type: 'tool_arguments', choice, call: number, json })
  return true
}

/** An id where Google gave none: the same for the same answer, and short enough for every vendor (40). */
function callId(place: PartPlace, content: string): string {
  const seed = `${place.responseId || content}/${place.choice}/${place.call}`
  return `call_${createHash('sha256').update(seed).digest('hex').slice(0, 24)}`
}

function readOther(part: Json, choice: number, events: AnswerEvent[]): void {
  const media = objectAt(part, 'inlineData')
  const data = stringAt(media, 'data')
  if (data !== undefined) {
    const mediaType = stringAt(media, 'mimeType') ?? 'application/octet-stream'
    events.push({ type: 'media', choice, mediaType, data })
  }
  const code = objectAt(part, 'executableCode')
  if (code) {
    const language = (stringAt(code, 'language') ?? '').toLowerCase()
    events.push({
      type: 'text',
      choice,
      text: `\n\`\`\`${language}\n${stringAt(code, 'code') ?? ''}\n\`\`\`\n`,
    })
  }
  const result = objectAt(part, 'codeExecutionResult')
  if (result) {
    events.push({
      type: 'text',
      choice,
      text: `\n\`\`\`output\n${stringAt(result, 'output') ?? ''}\n\`\`\`\n`,
    })
  }
}
