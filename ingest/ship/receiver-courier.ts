import { Agent, request } from 'undici'
import { errorCode } from '../files.ts'
import { FrameBatch } from '../frames.ts'
import { batchHeaders, batchPath } from '../listen/wire.ts'
import { blocksOf } from './blocks.ts'
import type { Attempts, BatchContext, Courier } from './courier.ts'
import { type Outcome, outcomeOfConnection, taken, wait } from './outcome.ts'

export interface ReceiverTarget {
  readonly origin: string
  /** Bearer token; empty: none is sent. */
  readonly token: string
}

/** A receiver keeps a batch as one frame, and a frame is at most 16 MiB. */
const batchBytesMax = 4 * 1_048_576
const requestTimeoutMs = 60_000

/** Batches go to an `ingest --listen`, which answers for them from then on. */
export function receiverCourier(target: ReceiverTarget): Courier {
  const agent = new Agent({ connections: 1, headersTimeout: requestTimeoutMs, bodyTimeout: requestTimeoutMs })
  return {
    batchBytesMax,
    deliver: (payloads, context) => attemptsAt(target, agent, { payloads, context }),
    close: () => agent.close(),
  }
}

function attemptsAt(
  { origin, token }: ReceiverTarget,
  agent: Agent,
  { payloads, context }: { payloads: readonly Buffer[]; context: BatchContext },
): Attempts {
  const body = framed(payloads)
  const send = async (): Promise<Outcome> => {
    const { lane, number, token: batch } = context.claim.claim
    const answer = await request(`${origin}${batchPath}`, {
      ...{ method: 'POST', dispatcher: agent, body },
      headers: {
        [batchHeaders.lane]: lane,
        [batchHeaders.number]: String(number),
        [batchHeaders.token]: batch,
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
    })
    await answer.body.dump()
    return outcomeOf(answer.statusCode, answer.headers[batchHeaders.number] === String(number), context)
  }
  return {
    async attempt() {
      const outcome = await send().catch((error: unknown) => outcomeOfConnection(errorCode(error)))
      if (outcome.kind === 'taken') count(payloads, context)
      return outcome
    },
  }
}

function framed(payloads: readonly Buffer[]): Buffer {
  const batch = new FrameBatch()
  for (const payload of payloads) batch.addBytes(payload)
  return Buffer.from(batch.bytes)
}

async function outcomeOf(status: number, isNamed: boolean, context: BatchContext): Promise<Outcome> {
  switch (status) {
    case 200:
      // Any web server can say 200: only a receiver names the batch it has taken.
      return isNamed ? taken : wait('garbage', 'no acknowledgement')
    case 401:
    case 403:
      return wait('login', `status ${status}`)
    case 409:
      // Another directory uses our name: a copy of this one.
      await context.claim.renameLane()
      return wait('receiver', 'another spool has the same name; this one has a new one now')
    case 429:
    case 503:
      return wait('receiver', `status ${status}`)
    default:
      return wait('garbage', `status ${status}`)
  }
}

function count(payloads: readonly Buffer[], { onShipped }: BatchContext): void {
  for (const { table, rows } of blocksOf(payloads).blocks) onShipped(table, rows.length)
}
