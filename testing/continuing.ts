import { httpStream, type Script, type Step } from './fake-upstream.ts'
import type { RawRequest } from './raw-http.ts'
import type { Wire } from './wires.ts'

type Json = Record<string, unknown>

/** What the request shows of the answer so far: as its start, or followed by a request to go on. */
export function shownAnswer(request: RawRequest): { text: string; isPrefill: boolean } {
  const body = JSON.parse(request.bodyText) as Json
  const turns = (body['messages'] ?? body['input'] ?? body['contents']) as Json[] | string
  if (!Array.isArray(turns)) return { text: '', isPrefill: false }
  const isAnswer = (turn: Json | undefined) => turn?.['role'] === 'assistant' || turn?.['role'] === 'model'
  const isPrefill = isAnswer(turns.at(-1))
  const turn = isPrefill ? turns.at(-1) : turns.at(-2)
  return { text: isAnswer(turn) ? textOf(turn?.['content'] ?? turn?.['parts']) : '', isPrefill }
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return (content as Json[]).map((part) => String(part['text'] ?? '')).join('')
}

/** Pieces of a few characters that may end anywhere but inside a letter. */
export function pieces(text: string, length = 5): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${length}}`, 'gu')) ?? []
}

/**
 * A provider that has one answer to everything, and goes on with as much of it as it is shown. `rewind`: it goes
 * back so many characters first, as models do that are asked to go on.
 */
export function goingOn(wire: Wire, answer: string, rewind = 0): Script {
  return (request) => {
    const { text, isPrefill } = shownAnswer(request)
    const from = isPrefill ? text.length : Math.max(0, text.length - rewind)
    return httpStream(wire.events(pieces(answer.slice(from))), headersOf(request))
  }
}

function headersOf(request: RawRequest) {
  const isArray = request.path.includes('streamGenerateContent') && !request.path.includes('alt=sse')
  return isArray ? { headers: { 'content-type': 'application/json' } } : {}
}

/** The first events of a stream, then its death. */
export function cutAfter(events: readonly string[], count: number, death: readonly Step[]): Step[] {
  return [...httpStream(events.slice(0, count), { unfinished: true }), { waitMs: 8 }, ...death]
}
