import type { Json } from '../../contract/json.ts'
import type { AnswerEvent } from '../../sidecar/conversation/answer.ts'
import type { DialectName } from '../../sidecar/dialects/dialect.ts'
import { formats } from '../../sidecar/formats/registry.ts'
import { defaultQuirks } from '../../sidecar/providers/openai-compatible/hosts.ts'
import { createSseFramer } from '../../sidecar/streaming/sse.ts'
import type { Came } from './ask.ts'

/** What an application would take the answer for. */
export interface Reading {
  readonly text: string
  /** It says itself that it is complete, and why it ended. */
  readonly finish: string | undefined
  /** It says itself that something is wrong. */
  readonly errorCode: string | undefined
  /** It is no answer and no error of this API. */
  readonly isUnreadable: boolean
}

export function readCame(came: Came, dialect: DialectName): Reading {
  const type = String(came.headers['content-type'] ?? '')
  if (came.status !== 200) return readRefusal(came, dialect)
  return read(type.startsWith('text/event-stream') ? streamed(came, dialect) : whole(came, dialect))
}

function readRefusal({ status, headers, bytes }: Came, dialect: DialectName): Reading {
  const body = parse(bytes)
  const fault = formats[dialect].readFault(status, headers as Record<string, string | undefined>, body)
  const isUnreadable = status < 400 || body === undefined
  return { text: '', finish: undefined, errorCode: fault.code, isUnreadable }
}

function streamed({ bytes }: Came, dialect: DialectName): readonly AnswerEvent[] {
  const framer = createSseFramer()
  const reader = formats[dialect].streamReader(defaultQuirks)
  return [...framer.push(bytes), ...framer.end()].flatMap((frame) => reader.onFrame(frame))
}

function whole({ bytes }: Came, dialect: DialectName): readonly AnswerEvent[] | undefined {
  const body = parse(bytes)
  if (body === undefined) return undefined
  const fault = formats[dialect].faultIn(body)
  return fault === undefined ? formats[dialect].readAnswer(body, defaultQuirks) : [{ type: 'error', fault }]
}

function read(events: readonly AnswerEvent[] | undefined): Reading {
  let text = ''
  let finish: string | undefined
  let errorCode: string | undefined
  for (const event of events ?? []) {
    if (event.type === 'text' || event.type === 'refusal') text += event.text
    else if (event.type === 'finish') finish = event.reason
    else if (event.type === 'error') errorCode ??= event.fault.code
  }
  return { text, finish, errorCode, isUnreadable: events === undefined }
}

function parse(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json
  } catch {
    return undefined
  }
}
