/**
 * npm run bench [-- --only json,streams --rounds 7 --seconds 2.5 --quick --built --without portkey --calibrate]
 *
 * Prints one table. A goal that is missed is a "no" in it, not a failure; only something broken is.
 */
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { type Figure, table } from './figure.ts'
import { type Bench, groups } from './groups.ts'
import { startPortkey } from './portkey.ts'
import { startSidelight } from './sidelight.ts'
import { direct, startBare, startMock, type Variant } from './variants.ts'

const { values: args } = parseArgs({
  options: {
    only: { type: 'string' },
    without: { type: 'string', default: '' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** Puts a second bare forwarder in Sidelight's place: every ratio should come out as 1. */
    calibrate: { type: 'boolean', default: false },
  },
})

const rounds = Number(args.rounds ?? (args.quick ? 2 : 7))
const seconds = Number(args.seconds ?? (args.quick ? 1.5 : 2.5))
const only = args.only?.split(',') ?? Object.keys(groups)
const without = args.without.split(',')
const broken: string[] = []
const report = (line: string) => process.stderr.write(`${line}\n`)

async function attempt<T>(name: string, run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    broken.push(name)
    report(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

async function optional(name: string, start: () => Promise<Variant>): Promise<Variant | undefined> {
  return without.includes(name) ? undefined : attempt(name, start)
}

async function run(): Promise<readonly Figure[]> {
  await using stack = new AsyncDisposableStack()
  const mock = stack.use(await startMock())
  const start = (options: { readonly name: string; readonly workers?: number }) =>
    args.calibrate ? startBare(mock, options.name) : startSidelight(mock, { ...options, built: args.built })
  const bench: Bench = {
    rounds,
    seconds,
    report,
    mock,
    direct: direct(mock),
    bare: stack.use(await startBare(mock)),
    sidelight: await optional('sidelight', () => start({ name: 'sidelight' })),
    portkey: await optional('portkey', () => startPortkey(mock)),
    startSidelight: start,
  }
  stack.use(bench.sidelight)
  stack.use(bench.portkey)
  const figures: Figure[] = []
  for (const name of only) {
    const group = Object.entries(groups).find(([known]) => known === name)?.[1]
    if (!group) throw new Error(`no group ${name}; there are ${Object.keys(groups).join(', ')}`)
    figures.push(...((await attempt(name, () => group(bench))) ?? []))
  }
  return figures
}

report(
  `${availableParallelism()} cores shared with the load generator and the mock, Node ${process.versions.node}, ${rounds} rounds of ${seconds} s`,
)
const busy = loadavg()[0] ?? 0
if (busy > 0.5)
  report(`load average ${busy.toFixed(1)} before the start: something else runs here, expect wide spreads`)
const figures = await run()
process.stdout.write(args.json ? `${JSON.stringify(figures)}\n` : `${table(figures)}\n`)
if (broken.length > 0) {
  report(`broken: ${broken.join(', ')}`)
  process.exitCode = 1
}
