import { httpJson, httpStream } from '../fake-upstream.ts'
import { type Stage, startStage } from '../resilience.ts'
import type { Wire } from '../wires.ts'

/** A request of this dialect that ends in the given question. */
export function questionOf(
  wire: Wire,
  question: string,
  more: { stream?: boolean; system?: string } = {},
): Record<string, unknown> {
  const { stream = false, system } = more
  const base = { model: 'r', ...(stream ? { stream: true } : {}) }
  switch (wire.dialect) {
    case 'chat':
      return {
        ...base,
        messages: [
          ...(system === undefined ? [] : [{ role: 'system', content: system }]),
          { role: 'user', content: question },
        ],
      }
    case 'responses':
      return { ...base, input: question, ...(system === undefined ? {} : { instructions: system }) }
    case 'messages':
      return {
        ...base,
        max_tokens: 100,
        ...(system === undefined ? {} : { system }),
        messages: [{ role: 'user', content: question }],
      }
    case 'gemini':
      return {
        contents: [{ role: 'user', parts: [{ text: question }] }],
        ...(system === undefined ? {} : { systemInstruction: { parts: [{ text: system }] } }),
      }
  }
}

export interface Question {
  readonly stream?: boolean
  readonly system?: string
  readonly headers?: Record<string, string>
  readonly body?: Record<string, unknown>
  readonly signal?: AbortSignal
  readonly route?: string
}

/** Puts a question to the route of a stage. */
export function put(stage: Stage, wire: Wire, question: string, how: Question = {}): Promise<Response> {
  const { stream = false, system, headers = {}, body = {}, signal, route = 'r' } = how
  const more = { stream, ...(system === undefined ? {} : { system }) }
  return fetch(stage.sidecar.origin + wire.path(route, stream), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...questionOf(wire, question, more), ...body }),
    ...(signal === undefined ? {} : { signal }),
  })
}

/** A stage whose route caches, and whose provider counts its answers: `answer 1`, `answer 2` … */
export async function cachingStage(
  wire: Wire,
  cache: string,
  options: Omit<NonNullable<Parameters<typeof startStage>[0]>, 'caller' | 'route'> & { route?: string } = {},
): Promise<Stage> {
  const stage = await startStage({
    answers: { random: () => 0.999, auditDelayMs: () => 0 },
    ...options,
    caller: wire,
    providers: options.providers ?? [wire],
    route: `cache: ${cache}${options.route === undefined ? '' : `, ${options.route}`}`,
  })
  stage.a.answer((request, index) => {
    const words = ['an', `swer ${index + 1}`]
    const isStream = /"stream":true/.test(request.bodyText) || request.path.includes('streamGenerateContent')
    return isStream ? httpStream(wire.events(words)) : httpJson(wire.whole(words.join('')))
  })
  return stage
}

/** What a whole answer says, in any dialect. */
export function saidBy(body: unknown): string {
  if (Array.isArray(body)) return body.map(saidBy).join('')
  if (typeof body !== 'object' || body === null) return ''
  return Object.entries(body)
    .map(([key, value]) =>
      (key === 'text' || key === 'content') && typeof value === 'string' ? value : saidBy(value),
    )
    .join('')
}
