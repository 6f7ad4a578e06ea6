import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import { wrapProof } from './signature.ts'

interface OpenCall {
  readonly id: string
  readonly name: string
  readonly thoughtSignature: string
  json: string
}

type ContentEvent = Extract<AnswerEvent, { readonly choice: number }>

/** Turns the events of one choice into parts. Whole answers and streams share it, so they cannot differ. */
export interface PartWriter {
  /** The parts that are complete now; calls wait until nothing more can be added to them. */
  push(event: ContentEvent): JsonObject[]
  /** The calls that are still waiting. */
  flush(): JsonObject[]
}

/**
 * `showThoughts` is the caller's `includeThoughts`: clients that never asked for thoughts join every text
 * part into the answer.
 */
export function createPartWriter(showThoughts: boolean): PartWriter {
  const calls = new Map<number, OpenCall>()
  function flush(): JsonObject[] {
    const parts = [...calls.values()].map(callPart)
    calls.clear()
    return parts
  }
  function push(event: ContentEvent): JsonObject[] {
    switch (event.type) {
      case 'text':
      case 'refusal':
        return event.text === '' ? [] : [...flush(), { text: event.text }]
      case 'thinking':
        return event.text === '' || !showThoughts ? [] : [...flush(), { text: event.text, thought: true }]
      case 'thinking_proof':
        return showThoughts ? [...flush(), proofPart(event)] : []
      case 'media':
        return [...flush(), { inlineData: { mimeType: event.mediaType, data: event.data } }]
      case 'tool_call':
        // Arguments of parallel calls may interleave, so calls are kept by number until something else comes.
        calls.set(event.call, openCall(event))
        return []
      case 'tool_arguments': {
        const call = calls.get(event.call)
        if (call) call.json += event.json
        return []
      }
      case 'finish':
        return flush()
    }
  }
  return { push, flush }
}

function openCall(event: Extract<AnswerEvent, { type: 'tool_call' }>): OpenCall {
  const { id, name, signature, issuer } = event
  const thoughtSignature = signature === undefined ? '' : wrapProof({ signature, issuer: issuer ?? 'other' })
  return { id, name, thoughtSignature, json: '' }
}

function callPart(call: OpenCall): JsonObject {
  const { id, name, json, thoughtSignature } = call
  return {
    functionCall: { ...(id === '' ? {} : { id }), name, args: readArguments(json) },
    ...(thoughtSignature === '' ? {} : { thoughtSignature }),
  }
}

/** Google's args are an object. Text that is none reaches the caller as it came, instead of getting lost. */
function readArguments(json: string): JsonObject {
  if (json.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(json)
    if (isObject(value)) return value
  } catch {
    // Falls through: the model wrote no JSON.
  }
  return { arguments: json }
}

function proofPart(event: Extract<AnswerEvent, { type: 'thinking_proof' }>): JsonObject {
  const { signature, redacted, issuer, id } = event
  const proof = {
    issuer,
    ...(signature === undefined ? {} : { signature }),
    ...(redacted === undefined ? {} : { redacted }),
    ...(id === undefined ? {} : { id }),
  }
  return { text: '', thought: true, thoughtSignature: wrapProof(proof) }
}

/** Joins what a stream sends piece by piece: neighbouring texts of one kind are one part. */
export function mergeParts(parts: readonly JsonObject[]): JsonObject[] {
  const merged: JsonObject[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if (last && canJoin(last, part)) merged[merged.length - 1] = join(last, part)
    else merged.push(part)
  }
  return merged
}

function canJoin(last: JsonObject, part: JsonObject): boolean {
  if (!isText(last['text']) || !isText(part['text']) || last['thoughtSignature'] !== undefined) return false
  return (last['thought'] === true) === (part['thought'] === true)
}

function join(last: JsonObject, part: JsonObject): JsonObject {
  return { ...last, ...part, text: `${last['text']}${part['text']}` }
}

const isText = (value: Json | undefined): value is string => typeof value === 'string'
