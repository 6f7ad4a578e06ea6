import type { JsonObject } from '../../../contract/json.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { StreamPosition } from '../../conversation/position.ts'
import type { AnswerFrame, AnswerStreamWriter, ErrorBody } from '../dialect.ts'
import { answerHead, finishReason, showsThoughts } from './answer.ts'
import { writeError } from './error.ts'
import { createPartWriter, type PartWriter } from './parts.ts'
import { writeUsage } from './usage.ts'

interface Choice {
  readonly writer: PartWriter
  finish: FinishReason | undefined
}

/**
 * Writes `streamGenerateContent?alt=sse`. There is no closing mark: the frame with finishReason and usage
 * is the end, so it waits for `end()`. Usage often comes after the finish, and a stream that dies before
 * its end must not have said that it finished.
 */
export function streamWriter(frame: AnswerFrame, at?: StreamPosition): AnswerStreamWriter {
  const choices = new Map<number, Choice>()
  let head = answerHead(at?.start, frame)
  if (at?.start?.model) head = { ...head, modelVersion: at.start.model }
  let usage: JsonObject | undefined
  const choiceAt = (index: number): Choice => {
    const known = choices.get(index)
    if (known) return known
    const created = { writer: createPartWriter(showsThoughts(frame)), finish: undefined }
    choices.set(index, created)
    return created
  }
  return {
    write(event: AnswerEvent): string {
      if (event.type === 'start') head = answerHead(event, frame)
      else if (event.type === 'usage') usage = writeUsage(event.usage)
      else if ('choice' in event) {
        const choice = choiceAt(event.choice)
        if (event.type === 'finish') choice.finish = event.reason
        const parts = choice.writer.push(event)
        if (parts.length > 0) return sseFrame({ candidates: [candidate(event.choice, parts)], ...head })
      }
      return ''
    },
    end(): string {
      if (choices.size === 0) choiceAt(0)
      const candidates = [...choices].sort(([a], [b]) => a - b).map(lastCandidate)
      return sseFrame({ candidates, ...(usage === undefined ? {} : { usageMetadata: usage }), ...head })
    },
  }
}

const candidate = (index: number, parts: JsonObject[]): JsonObject => ({
  content: { parts, role: 'model' },
  index,
})

function lastCandidate([index, choice]: [number, Choice]): JsonObject {
  const parts = choice.writer.flush()
  // SDKs take a frame without parts for a broken answer, and Google's own last frame has an empty text.
  const content = { parts: parts.length > 0 ? parts : [{ text: '' }], role: 'model' }
  return { content, finishReason: finishReason(choice.finish ?? 'stop'), index }
}

function sseFrame(body: JsonObject): string {
  return `data: ${JSON.stringify(body)}\n\n`
}

/** Says so and ends: no frame with a finishReason follows. */
export function writeStreamError(error: ErrorBody): string {
  return sseFrame(writeError(error))
}

export interface JsonArrayWriter extends AnswerStreamWriter {
  /** The error as the last element; the array is closed so that callers can read it. */
  error(error: ErrorBody): string
}

/** The same frames for callers that left out `alt=sse`: elements of one JSON array. */
export function jsonArrayWriter(writer: AnswerStreamWriter, isBegun = false): JsonArrayWriter {
  let isOpen = isBegun
  const elements = (frames: string): string => {
    let text = ''
    for (const frame of frames.split('\n\n')) {
      if (frame === '') continue
      text += (isOpen ? ',\n' : '[') + frame.slice('data: '.length)
      isOpen = true
    }
    return text
  }
  return {
    write: (event) => elements(writer.write(event)),
    end: () => `${elements(writer.end())}${isOpen ? '' : '['}]`,
    error: (error) => `${elements(writeStreamError(error))}]`,
  }
}
