import { parentPort } from 'node:worker_threads'
import { GatewayError } from '../../contract/errors.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Conversation } from '../conversation/request.ts'
import type { FromWorker, ToWorker } from './heavy-message.ts'
import {
  callIds,
  readConversation,
  type TranslationAsk,
  withProofs,
  writeConversation,
} from './translation.ts'

/** The worker's side of heavy.ts: the same pure code as for small bodies, beside the event loop instead of in it. */

interface Read {
  readonly ask: TranslationAsk
  readonly body: JsonObject
  readonly conversation: Conversation
}

const port = parentPort
/** Read, and waiting for proofs. */
const waiting = new Map<number, Read>()

port?.on('message', (message: ToWorker) => {
  try {
    if (message.kind === 'body') read(message)
    else prove(message)
  } catch (error) {
    waiting.delete(message.id)
    send(refusal(message.id, error))
  }
})

function read({ id, ask, bytes }: Extract<ToWorker, { kind: 'body' }>): void {
  const body = parse(bytes)
  const conversation = readConversation(ask, body)
  const ids = callIds(conversation)
  if (ids.length === 0) {
    write(id, { ask, body, conversation })
    return
  }
  waiting.set(id, { ask, body, conversation })
  send({ kind: 'calls', id, callIds: ids })
}

function prove({ id, proofs }: Extract<ToWorker, { kind: 'proofs' }>): void {
  const known = waiting.get(id)
  waiting.delete(id)
  if (known === undefined) return
  const found = new Map(proofs)
  const conversation = withProofs(known.conversation, known.ask.format, (callId) => found.get(callId))
  write(id, { ...known, conversation })
}

function write(id: number, { ask, body, conversation }: Read): void {
  const { text, dropped } = writeConversation(ask, conversation)
  const bytes = new TextEncoder().encode(text)
  send(
    { kind: 'written', id, bytes, dropped, conversation: { ...conversation, turns: [] }, body: light(body) },
    [bytes.buffer],
  )
}

function parse(bytes: Uint8Array): JsonObject {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  } catch {
    throw new GatewayError('invalid_json')
  }
}

/** Where the weight of a request is; no answer echoes any of it. */
const heavyKeys = new Set(['messages', 'input', 'contents', 'system', 'systemInstruction', 'prompt'])

function light(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !heavyKeys.has(key)))
}

function refusal(id: number, error: unknown): FromWorker {
  if (!(error instanceof GatewayError)) return { kind: 'failed', id }
  const { code, message, status, param } = error
  return { kind: 'refused', id, code, message, status, param }
}

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer)
}
