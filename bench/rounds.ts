import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import type { BodyShape } from './bodies.ts'
import type { Load, LoadResult } from './load.ts'
import { cpuSeconds, residentMb } from './process-tree.ts'
import { pathOf, type Variant } from './variants.ts'

export interface Workload {
  readonly name: string
  readonly model: string
  readonly stream: boolean
  readonly prompt: BodyShape['prompt']
  readonly connections: number
  readonly requestsMax?: number
  readonly pauseMs?: number
}

/** One variant under one workload for a few seconds. */
export interface Sample extends LoadResult {
  readonly requestsPerSecond: number
  /** User and system time of the proxy's processes; 0 without a proxy. */
  readonly cpuUsPerRequest: number
  readonly cpuUsPerEvent: number
  readonly residentMbMax: number
}

/** The same proxy, asked in another way. */
export interface Contender {
  readonly name: string
  readonly variant: Variant
  readonly dialect: BodyShape['dialect']
}

export interface RoundsOptions {
  readonly rounds: number
  readonly seconds: number
  readonly report: (line: string) => void
}

export function contender(variant: Variant): Contender {
  return { name: variant.name, variant, dialect: 'chat' }
}

/** Asks as a caller of the Messages API; the upstream still speaks chat completions. */
export function translated(variant: Variant): Contender {
  return { name: `${variant.name}-translate`, variant, dialect: 'messages' }
}

export type Samples = ReadonlyMap<string, readonly Sample[]>

/**
 * Rounds in which every contender has its turn, the order reversed every other time: what the machine
 * does besides hits all of them alike, and a value is compared with its neighbours in time only.
 */
export async function runRounds(
  contenders: readonly Contender[],
  workload: Workload,
  options: RoundsOptions,
): Promise<Samples> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]))
  for (const each of contenders) await measure(each, workload, Math.min(2, options.seconds))
  for (let round = 0; round < options.rounds; round++) {
    for (const each of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const sample = await measure(each, workload, options.seconds)
      samples.get(each.name)?.push(sample)
      options.report(reportLine(workload, each.name, sample))
    }
  }
  return samples
}

export async function measure(each: Contender, workload: Workload, seconds: number): Promise<Sample> {
  const pid = each.variant.process?.pid
  let residentMbMax = pid === undefined ? 0 : residentMb(pid)
  const sampler = setInterval(() => {
    if (pid !== undefined) residentMbMax = Math.max(residentMbMax, residentMb(pid))
  }, 200)
  const cpuBefore = pid === undefined ? 0 : cpuSeconds(pid)
  const result = await runLoad(loadOf(each, workload, seconds)).finally(() => clearInterval(sampler))
  const cpuUs = pid === undefined ? 0 : (cpuSeconds(pid) - cpuBefore) * 1e6
  if (result.requests - result.refused === 0 && result.events === 0) {
    throw new Error(`${each.name} answered nothing under ${workload.name}: ${JSON.stringify(result)}`)
  }
  return {
    ...result,
    requestsPerSecond: (result.requests - result.refused) / result.seconds,
    cpuUsPerRequest: cpuUs / Math.max(1, result.requests),
    cpuUsPerEvent: cpuUs / Math.max(1, result.events),
    residentMbMax,
  }
}

function loadOf({ variant, dialect }: Contender, workload: Workload, seconds: number): Load {
  const { stream, prompt, connections, requestsMax, pauseMs } = workload
  return {
    port: variant.port,
    path: dialect === 'messages' ? '/v1/messages' : '/v1/chat/completions',
    headers:
      dialect === 'messages' ? { ...variant.headers, 'anthropic-version': '2023-06-01' } : variant.headers,
    body: { dialect, model: `${variant.modelPrefix}${workload.model}`, stream, prompt },
    connections,
    seconds,
    ...(requestsMax === undefined ? {} : { requestsMax }),
    ...(pauseMs === undefined ? {} : { pauseMs }),
  }
}

export async function runLoad(load: Load): Promise<LoadResult> {
  await using child = spawnProcess([nodeCommand, pathOf('./load.ts'), JSON.stringify(load)])
  await child.exit
  const line = child.stdout.trim().split('\n').at(-1) ?? ''
  if (!line.startsWith('{')) throw new Error(`the load generator failed: ${child.stderr.slice(-800)}`)
  return JSON.parse(line) as LoadResult
}

function reportLine(workload: Workload, name: string, sample: Sample): string {
  const parts = [
    `${sample.requestsPerSecond.toFixed(0)} req/s`,
    `p50 ${sample.latencyUs.p50} µs`,
    `p99 ${sample.latencyUs.p99} µs`,
    `CPU ${sample.cpuUsPerRequest.toFixed(1)} µs/req`,
  ]
  if (sample.events > 0) {
    parts.push(`${sample.cpuUsPerEvent.toFixed(2)} µs/event`, `first ${sample.firstUs.p50} µs`)
    parts.push(`gap p50 ${sample.gapUs.p50} p99 ${sample.gapUs.p99} µs`)
  }
  if (sample.residentMbMax > 0) parts.push(`${sample.residentMbMax.toFixed(0)} MB`)
  if (sample.errors + sample.refused > 0) parts.push(`${sample.errors} errors, ${sample.refused} not 200`)
  return `${workload.name.padEnd(12)} ${name.padEnd(20)} ${parts.join(', ')}`
}
