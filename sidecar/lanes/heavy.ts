import { Worker } from 'node:worker_threads'
import { GatewayError } from '../../contract/errors.ts'
import type { CallProof } from '../conversation/signature-store.ts'
import type { FromWorker, ToWorker } from './heavy-message.ts'
import type { Translation, TranslationAsk } from './translation.ts'

/** Parsing and writing 5 MB takes 20 to 40 ms, in which no other stream moves; half a megabyte takes 3. */
export const heavyBytesMin = 524_288

/** Bodies waiting at once. At the 32 MiB a body may have this is already 2 GiB. */
const jobsMax = 64

interface Job {
  readonly resolve: (translation: Translation) => void
  readonly reject: (error: GatewayError) => void
  readonly recall: (toolCallId: string) => CallProof | undefined
}

/** Translates large requests in one worker thread, started when the first of them comes. */
export class HeavyTranslator {
  #worker: Worker | undefined
  readonly #jobs = new Map<number, Job>()
  #lastId = 0

  translate(ask: TranslationAsk, body: Buffer, recall: Job['recall']): Promise<Translation> {
    if (this.#jobs.size >= jobsMax) {
      const busy = 'Too many large requests are being translated; send this one again in a moment.'
      return Promise.reject(new GatewayError('too_many_connections', busy, { retryAfterMs: 1000 }))
    }
    return new Promise((resolve, reject) => {
      this.#lastId += 1
      const id = this.#lastId
      this.#jobs.set(id, { resolve, reject, recall })
      // A copy: the next candidate may need the body as it came.
      const bytes = new Uint8Array(body)
      this.#send({ kind: 'body', id, ask, bytes }, [bytes.buffer])
    })
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker ??= this.#start()
    this.#worker.postMessage(message, transfer)
  }

  #start(): Worker {
    // Sources run as they are, the package as compiled: the worker has the ending this file has.
    const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
    const worker = new Worker(new URL(`./heavy-worker${ending}`, import.meta.url))
    worker.unref()
    worker.on('message', (message: FromWorker) => this.#receive(message))
    worker.on('error', () => this.#lose(worker))
    worker.on('exit', () => this.#lose(worker))
    return worker
  }

  #receive(message: FromWorker): void {
    const job = this.#jobs.get(message.id)
    if (job === undefined) return
    if (message.kind === 'calls') {
      const proofs = message.callIds.flatMap((callId) => {
        const proof = job.recall(callId)
        return proof === undefined ? [] : [[callId, proof] as const]
      })
      this.#send({ kind: 'proofs', id: message.id, proofs })
      return
    }
    this.#jobs.delete(message.id)
    if (message.kind === 'written') {
      const { bytes, dropped, conversation, body } = message
      const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      job.resolve({ bytes: whole, dropped, conversation, body })
    } else job.reject(errorOf(message))
  }

  /** Whatever was being translated is lost with the worker; the next request starts a new one. */
  #lose(worker: Worker): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const jobs = [...this.#jobs.values()]
    this.#jobs.clear()
    for (const job of jobs) job.reject(new GatewayError('internal_error'))
  }
}

function errorOf(message: Extract<FromWorker, { kind: 'refused' | 'failed' }>): GatewayError {
  if (message.kind === 'failed') return new GatewayError('internal_error')
  const { code, status, param } = message
  return new GatewayError(code, message.message, { status, ...(param === undefined ? {} : { param }) })
}
