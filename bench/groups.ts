import { setTimeout as sleep } from 'node:timers/promises'
import { abortFigures } from './aborts.ts'
import { added, type Figure, ratio, readings } from './figure.ts'
import { residentMb } from './process-tree.ts'
import {
  type Contender,
  contender,
  measure,
  type RoundsOptions,
  runRounds,
  type Samples,
  translated,
} from './rounds.ts'
import type { Mock, Variant } from './variants.ts'
import { workloads } from './workloads.ts'

export interface Bench extends RoundsOptions {
  readonly mock: Mock
  readonly direct: Variant
  readonly bare: Variant
  /** Undefined when it could not be started, or was not asked for. */
  readonly sidelight: Variant | undefined
  readonly portkey: Variant | undefined
  readonly startSidelight: (options: { readonly name: string; readonly workers?: number }) => Promise<Variant>
}

export type Group = (bench: Bench) => Promise<readonly Figure[]>

function present(...variants: readonly (Variant | undefined)[]): Contender[] {
  return variants.filter((variant) => variant !== undefined).map(contender)
}

async function json(bench: Bench): Promise<readonly Figure[]> {
  const { direct, bare, sidelight, portkey } = bench
  const one = await runRounds(present(direct, bare, sidelight), workloads.json1, bench)
  const many = await runRounds(present(bare, sidelight, portkey), workloads.json16, bench)
  const figure = (name: string, unit: string, rest: Omit<Figure, 'group' | 'name' | 'unit'>): Figure => ({
    group: 'json',
    name,
    unit,
    ...rest,
  })
  const pair = ['sidelight', 'bare'] as const
  return [
    figure('bare: CPU per request, c=16', 'µs', { values: readings(many, 'bare', (s) => s.cpuUsPerRequest) }),
    figure('bare: added p50 over direct, c=1', 'ms', {
      values: added(one, ['bare', 'direct'], (s) => s.latencyUs.p50 / 1000),
    }),
    figure('JSON: CPU per request ÷ bare, c=16', '×', {
      goal: { most: 1.6 },
      values: ratio(many, pair, (s) => s.cpuUsPerRequest),
    }),
    figure('JSON: added p50 over direct, c=1', 'ms', {
      goal: { most: 0.25 },
      values: added(one, ['sidelight', 'direct'], (s) => s.latencyUs.p50 / 1000),
    }),
    figure('JSON: p99 ÷ bare, c=16', '×', {
      goal: { most: 1.5 },
      values: ratio(many, pair, (s) => s.latencyUs.p99),
    }),
    figure('JSON: throughput ÷ Portkey, c=16', '×', {
      goal: { least: 6 },
      values: ratio(many, ['sidelight', 'portkey'], (s) => s.requestsPerSecond),
    }),
    figure('Portkey: CPU per request ÷ bare, c=16', '×', {
      values: ratio(many, ['portkey', 'bare'], (s) => s.cpuUsPerRequest),
    }),
  ]
}

async function memory(bench: Bench): Promise<readonly Figure[]> {
  // A process of its own: idle means that nothing has passed through yet.
  const idle: number[] = []
  if (bench.sidelight) {
    await using fresh = await bench.startSidelight({ name: 'sidelight-idle' })
    await sleep(2000)
    idle.push(residentMb(fresh.process?.pid ?? 0))
  }
  const { bare, sidelight, portkey } = bench
  const samples = await runRounds(present(bare, sidelight, portkey), workloads.json64, bench)
  const read = (sample: { readonly residentMbMax: number }) => sample.residentMbMax
  return [
    { group: 'memory', name: 'resident, idle', unit: 'MB', goal: { most: 110 }, values: idle },
    {
      group: 'memory',
      name: 'resident, c=64',
      unit: 'MB',
      goal: { most: 190 },
      values: readings(samples, 'sidelight', read),
    },
    {
      group: 'memory',
      name: 'resident ÷ Portkey, c=64',
      unit: '×',
      goal: { most: 0.6 },
      values: ratio(samples, ['sidelight', 'portkey'], read),
    },
  ]
}

function perEvent(samples: Samples, names: readonly [string, string]): number[] {
  return ratio(samples, names, (sample) => sample.cpuUsPerEvent)
}

async function streams(bench: Bench): Promise<readonly Figure[]> {
  const { direct, bare, sidelight, portkey } = bench
  const paced = await runRounds(present(direct, bare, sidelight, portkey), workloads.paced, bench)
  const gaps = await runRounds(present(direct, bare, sidelight), workloads.gaps, bench)
  const group = 'streams'
  const first = (sample: { readonly firstUs: { readonly p50: number } }) => sample.firstUs.p50 / 1000
  const gap = (sample: { readonly gapUs: { readonly p99: number } }) => sample.gapUs.p99 / 1000
  return [
    {
      group,
      name: 'bare: CPU per event',
      unit: 'µs',
      values: readings(paced, 'bare', (s) => s.cpuUsPerEvent),
    },
    {
      group,
      name: 'bare: first event over direct, p50',
      unit: 'ms',
      values: added(gaps, ['bare', 'direct'], first),
    },
    {
      group,
      name: 'stream: CPU per event ÷ bare',
      unit: '×',
      goal: { most: 1.3 },
      values: perEvent(paced, ['sidelight', 'bare']),
    },
    {
      group,
      name: 'stream: CPU per event ÷ Portkey',
      unit: '×',
      goal: { most: 0.5 },
      values: perEvent(paced, ['sidelight', 'portkey']),
    },
    {
      group,
      name: 'stream: first event over direct, p50',
      unit: 'ms',
      goal: { most: 1 },
      values: added(gaps, ['sidelight', 'direct'], first),
    },
    {
      group,
      name: 'stream: added gap p99 at 20 ms pacing',
      unit: 'ms',
      goal: { most: 2 },
      values: added(gaps, ['sidelight', 'direct'], gap),
    },
  ]
}

async function burst(bench: Bench): Promise<readonly Figure[]> {
  const samples = await runRounds(present(bench.bare, bench.sidelight), workloads.burst, bench)
  const group = 'burst'
  return [
    {
      group,
      name: 'bare: CPU per event in bursts',
      unit: 'µs',
      values: readings(samples, 'bare', (s) => s.cpuUsPerEvent),
    },
    {
      group,
      name: 'burst: CPU per event ÷ bare',
      unit: '×',
      goal: { most: 1.3 },
      values: perEvent(samples, ['sidelight', 'bare']),
    },
  ]
}

async function translate(bench: Bench): Promise<readonly Figure[]> {
  const contenders = present(bench.bare)
  if (bench.sidelight) contenders.push(translated(bench.sidelight))
  const samples = await runRounds(contenders, workloads.paced, bench)
  return [
    {
      group: 'translate',
      name: 'translated stream: CPU per event ÷ bare',
      unit: '×',
      goal: { most: 1.5 },
      values: perEvent(samples, ['sidelight-translate', 'bare']),
    },
  ]
}

async function bodies(bench: Bench): Promise<readonly Figure[]> {
  const contenders = present(bench.bare, bench.sidelight)
  const text = await runRounds(contenders, workloads.text, bench)
  const image = await runRounds(contenders, workloads.image, bench)
  const cpu = (samples: Samples) => ratio(samples, ['sidelight', 'bare'], (sample) => sample.cpuUsPerRequest)
  const growth = await imageGrowth(bench)
  const group = 'bodies'
  return [
    { group, name: '1 MB text: CPU ÷ bare', unit: '×', goal: { most: 1.6 }, values: cpu(text) },
    { group, name: '5 MB image: CPU ÷ bare', unit: '×', goal: { most: 1.15 }, values: cpu(image) },
    { group, name: '20 MB image: resident growth ÷ body', unit: '×', goal: { most: 3 }, values: growth },
  ]
}

async function imageGrowth(bench: Bench): Promise<number[]> {
  if (!bench.sidelight) return []
  await using fresh = await bench.startSidelight({ name: 'sidelight-image' })
  await measure(contender(fresh), workloads.json16, 1)
  const before = residentMb(fresh.process?.pid ?? 0)
  const sample = await measure(contender(fresh), workloads.hugeImage, 10)
  return [(sample.residentMbMax - before) / (workloads.hugeImage.prompt.bytes / 2 ** 20)]
}

/** The sidecar's own histogram of event-loop delay: the largest value it states, in seconds. */
async function loopDelayMaxMs(url: string | undefined): Promise<number | undefined> {
  if (url === undefined) return undefined
  const text = await fetch(url).then((response) => response.text())
  const lines = text.split('\n').filter((line) => /^sidelight_event_loop_delay_seconds(_max)?[ {]/.test(line))
  const most = lines.filter((line) => /_max[ {]|"max"|quantile="1"/.test(line))
  const values = (most.length > 0 ? most : lines).map((line) => Number(line.split(' ').at(-1)))
  return values.length > 0 ? Math.max(...values) * 1000 : undefined
}

async function eventLoop(bench: Bench): Promise<readonly Figure[]> {
  const values: number[] = []
  if (bench.sidelight) {
    await using fresh = await bench.startSidelight({ name: 'sidelight-loop' })
    const each = contender(fresh)
    // The code is warm and the figure of the start-up is read away before the bodies come.
    await measure(each, workloads.json1, 1)
    await loopDelayMaxMs(fresh.metricsUrl)
    for (const workload of [workloads.bigText, workloads.image]) {
      await measure(each, { ...workload, connections: 1 }, bench.seconds)
      const value = await loopDelayMaxMs(fresh.metricsUrl)
      if (value !== undefined) values.push(value)
    }
  }
  const group = 'loop'
  return [
    { group, name: 'longest event-loop block, 5 MB bodies', unit: 'ms', goal: { most: 10 }, values },
    {
      group,
      name: '100k-token requests: added gap p99 of streams',
      unit: 'ms',
      goal: { most: 5 },
      values: await neighbours(bench),
    },
  ]
}

/** How much later other streams' events come while one caller keeps sending long prompts. */
async function neighbours(bench: Bench): Promise<number[]> {
  if (!bench.sidelight) return []
  const each = contender(bench.sidelight)
  const values: number[] = []
  for (let round = 0; round < bench.rounds; round++) {
    const alone = await measure(each, workloads.gaps, bench.seconds)
    const [disturbed] = await Promise.all([
      measure(each, workloads.gaps, bench.seconds),
      measure(each, workloads.longPrompt, bench.seconds),
    ])
    values.push((disturbed.gapUs.p99 - alone.gapUs.p99) / 1000)
  }
  return values
}

async function workers(bench: Bench): Promise<readonly Figure[]> {
  const name = 'throughput, two workers ÷ one, c=64'
  const figure: Figure = { group: 'workers', name, unit: '×', goal: { least: 1.6 }, values: [] }
  if (!bench.sidelight) return [figure]
  await using two = await bench.startSidelight({ name: 'two-workers', workers: 2 })
  const samples = await runRounds(present(bench.sidelight, two), workloads.json64, bench)
  return [{ ...figure, values: ratio(samples, ['two-workers', 'sidelight'], (s) => s.requestsPerSecond) }]
}

async function aborts(bench: Bench): Promise<readonly Figure[]> {
  return abortFigures(bench.mock, bench.sidelight ?? bench.bare)
}

export const groups = {
  json,
  memory,
  streams,
  burst,
  translate,
  bodies,
  loop: eventLoop,
  workers,
  aborts,
} as const satisfies Record<string, Group>
