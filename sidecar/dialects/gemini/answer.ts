import type { JsonObject } from '../../../contract/json.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { AnswerFrame } from '../dialect.ts'
import { createPartWriter, mergeParts, type PartWriter } from './parts.ts'
import { writeUsage } from './usage.ts'

const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  // Gemini has no word for it: callers look for functionCall parts.
  tool_calls: 'STOP',
  content_filter: 'SAFETY',
  pause: 'STOP',
}

export const finishReason = (reason: FinishReason): string => finishReasons[reason]

/** What stands beside the candidates of every answer and every frame. */
export function answerHead(start: Extract<AnswerEvent, { type: 'start' }> | undefined, frame: AnswerFrame) {
  return { modelVersion: frame.model, responseId: start?.id || frame.requestId }
}

export function showsThoughts(frame: AnswerFrame): boolean {
  return frame.request.reasoning?.visible === true
}

interface Candidate {
  readonly writer: PartWriter
  readonly parts: JsonObject[]
  finish: FinishReason | undefined
}

export function writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const candidates = new Map<number, Candidate>()
  let start: Extract<AnswerEvent, { type: 'start' }> | undefined
  let usage: JsonObject | undefined
  for (const event of events) {
    if (event.type === 'start') start = event
    else if (event.type === 'usage') usage = writeUsage(event.usage)
    else if ('choice' in event) {
      const candidate = candidateAt(candidates, event.choice, frame)
      candidate.parts.push(...candidate.writer.push(event))
      if (event.type === 'finish') candidate.finish = event.reason
    }
  }
  return {
    candidates: [...candidates].sort(([a], [b]) => a - b).map(writeCandidate),
    ...(usage === undefined ? {} : { usageMetadata: usage }),
    ...answerHead(start, frame),
  }
}

function candidateAt(candidates: Map<number, Candidate>, choice: number, frame: AnswerFrame): Candidate {
  const known = candidates.get(choice)
  if (known) return known
  const created = { writer: createPartWriter(showsThoughts(frame)), parts: [], finish: undefined }
  candidates.set(choice, created)
  return created
}

function writeCandidate([index, candidate]: [number, Candidate]): JsonObject {
  const parts = mergeParts([...candidate.parts, ...candidate.writer.flush()])
  return {
    // SDKs take an answer without parts for a broken one.
    content: { parts: parts.length > 0 ? parts : [{ text: '' }], role: 'model' },
    ...(candidate.finish === undefined ? {} : { finishReason: finishReason(candidate.finish) }),
    index,
  }
}
