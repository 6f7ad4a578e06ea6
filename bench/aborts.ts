import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../testing/random.ts'
import { bodyBytes } from './bodies.ts'
import type { Figure } from './figure.ts'
import { descriptors } from './process-tree.ts'
import type { Mock, Variant } from './variants.ts'

/**
 * Callers who leave at random moments: while they upload, while they wait, in the middle of a stream.
 * The mock says when each upstream socket closed; both processes read the same monotonic clock.
 */
const callers = 2000
const atOnce = 40
const stayMsMax = 150
const seed = 20261201
/** Longest wait for descriptors to come back: upstream pools keep idle sockets for half a minute. */
const settleMsMax = 5000

export interface AbortResult {
  readonly isAlive: boolean
  readonly unhandled: boolean
  /** How long after its caller left each upstream socket closed. */
  readonly closedAfterMs: readonly number[]
  /** Upstream requests still running at the end. */
  readonly leftRunning: number
  readonly descriptorsBefore: number
  readonly descriptorsAfter: number
}

interface Left {
  readonly leftAt: Readonly<Record<string, number>>
  readonly finished: readonly string[]
}

const nowMs = () => Number(process.hrtime.bigint()) / 1e6
const models = ['paced-100-5', 'paced-100-5', 'slow-1-200', 'json']

export async function runAborts(mock: Mock, variant: Variant, count = callers): Promise<AbortResult> {
  const pid = variant.process?.pid ?? 0
  const random = seededRandom(seed)
  const leftAt = new Map<string, number>()
  await inParallel(atOnce, atOnce * 2, (k) =>
    leave(variant, { user: `abort-${count + k}`, model: 'json', stayMs: 300 }),
  )
  const descriptorsBefore = await settled(mock, pid, 0)
  await inParallel(atOnce, count, async (k) => {
    const user = `abort-${k}`
    const cutBody = random.chance(0.2)
    leftAt.set(
      user,
      await leave(variant, { user, model: random.pick(models), stayMs: random.int(stayMsMax), cutBody }),
    )
  })
  await sleep(1000)
  const report = (await fetch(`${mock.origin}/left`).then((answer) => answer.json())) as Left
  const stats = (await fetch(`${mock.origin}/stats`).then((answer) => answer.json())) as { busy: number }
  const descriptorsAfter = await settled(mock, pid, descriptorsBefore)
  return {
    isAlive: variant.process?.running === true,
    unhandled: /unhandled|uncaught/i.test(variant.process?.stderr ?? ''),
    closedAfterMs: [...leftAt].flatMap(([user, at]) =>
      user in report.leftAt ? [(report.leftAt[user] ?? 0) - at] : [],
    ),
    // The request that asks counts itself.
    leftRunning: Math.max(0, stats.busy),
    descriptorsBefore,
    descriptorsAfter,
  }
}

interface Leaving {
  readonly user: string
  readonly model: string
  readonly stayMs: number
  readonly cutBody?: boolean
}

/** Sends a request (or half of one), stays a while, and hangs up; says when. */
async function leave(variant: Variant, { user, model, stayMs, cutBody }: Leaving): Promise<number> {
  const prompt = { kind: 'turns', bytes: 1600 } as const
  const stream = model.startsWith('paced')
  const body = bodyBytes({ dialect: 'chat', model: `${variant.modelPrefix}${model}`, stream, prompt, user })
  const headers = {
    host: `127.0.0.1:${variant.port}`,
    'content-type': 'application/json',
    ...variant.headers,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `POST /v1/chat/completions HTTP/1.1\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n`
  const socket = connect({ port: variant.port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => {})
  socket.on('data', () => {})
  socket.write(Buffer.concat([Buffer.from(head), cutBody ? body.subarray(0, body.length >> 1) : body]))
  await sleep(stayMs)
  const at = nowMs()
  socket.destroy()
  return at
}

async function inParallel(width: number, count: number, run: (k: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < count) await run(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** Idle upstream sockets are cut by the mock first: they are a pool, not a leak. */
async function settled(mock: Mock, pid: number, wanted: number): Promise<number> {
  const endMs = performance.now() + settleMsMax
  for (;;) {
    await fetch(`${mock.origin}/close-idle`).then((answer) => answer.text())
    await sleep(500)
    const count = descriptors(pid)
    if (count <= wanted || performance.now() > endMs || wanted === 0) return count
  }
}

export async function abortFigures(mock: Mock, variant: Variant): Promise<readonly Figure[]> {
  const result = await runAborts(mock, variant)
  const sorted = result.closedAfterMs.toSorted((a, b) => a - b)
  const group = 'aborts'
  const who = variant.name === 'sidelight' ? '' : ` (${variant.name})`
  const survives = result.isAlive && !result.unhandled
  const figure = (name: string, unit: string, most: number, values: number[], note: string): Figure => ({
    group,
    name: `${callers} leave${who}: ${name}`,
    unit,
    goal: { most },
    values,
    note,
  })
  return [
    figure('deaths and unhandled rejections', '', 0, [survives ? 0 : 1], ''),
    figure(
      'upstream closed after, longest',
      'ms',
      250,
      sorted.slice(-1),
      `${sorted.length} reached the upstream`,
    ),
    figure('upstream requests left running', '', 0, [result.leftRunning], ''),
    figure(
      'descriptors more than before',
      '',
      0,
      [Math.max(0, result.descriptorsAfter - result.descriptorsBefore)],
      `${result.descriptorsBefore} → ${result.descriptorsAfter}`,
    ),
  ]
}
