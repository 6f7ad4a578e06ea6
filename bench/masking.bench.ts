/**
 * What masking finds in the examples, and how fast: one thread, CPU time, so that neighbours count little. Prints one
 * line per figure with its goal; the exit code stays 0.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createScanner } from '../sidecar/masking/scan.ts'
import { languageCases } from '../testing/masking-languages.ts'
import { ownNames } from '../testing/masking-names.ts'
import { negativeLines } from '../testing/masking-negatives.ts'
import { idQuality, percent, personQuality, type Share, secretQuality } from '../testing/masking-quality.ts'
import { densePersonalData, hostile, logLines, prose } from '../testing/masking-texts.ts'
import { seededRandom } from '../testing/random.ts'
import { type Figure, table } from './figure.ts'

const megabyte = 1_000_000
const random = seededRandom(1)
const scanner = createScanner({ memoBytes: 0 })
scanner.warm()

const share = (name: string, value: Share, goal: NonNullable<Figure['goal']>): Figure => ({
  group: 'detection',
  name,
  unit: '%',
  goal,
  values: [percent(value)],
  note: `${value.right} of ${value.rows}`,
})

const ids = idQuality(scanner)
const persons = personQuality(scanner)
const secrets = secretQuality(scanner)
const own = ownNames(scanner)
const made = languageCases(seededRandom(3), 10, false)
const covered = made.filter(({ text, start, end }) =>
  scanner.scan(text).some((span) => span.start <= start && span.end >= end),
)
const spoilt = languageCases(seededRandom(4), 10, true)
const believed = spoilt.filter(({ text, type }) => scanner.scan(text).some((span) => span.type === type))
const negatives = negativeLines(seededRandom(7), 1800)
const touched = negatives.filter((line) => scanner.scan(line).length > 0).length
const detection: readonly Figure[] = [
  share('ids in context, masked', ids.ctxMasked, { least: 99 }),
  share('ids in context, right type', ids.ctxTyped, { least: 97 }),
  share(
    'made ids in fourteen languages, masked',
    { right: covered.length, rows: made.length },
    { least: 98 },
  ),
  share('the same with a wrong check digit', { right: believed.length, rows: spoilt.length }, { most: 2 }),
  share('strong and formatted, masked', ids.formatted, { least: 95 }),
  share('invalid ids flagged as that type', ids.invalidFlagged, { most: 2 }),
  share('nothing personal, masked', ids.negativesMasked, { most: 1 }),
  share('the same, generated lines', { right: touched, rows: negatives.length }, { most: 1 }),
  share('names found (cues written with these in view)', persons.recall, { least: 50 }),
  share('names found that are names', persons.precision, { least: 80 }),
  share('names found in own sentences', own.recall, { least: 50 }),
  share('the same, found that are names', own.precision, { least: 80 }),
  share('secrets found', secrets.found, { least: 95 }),
  share('stand-ins taken for secrets', secrets.wrong, { most: 10 }),
]

function cpuMs(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const rounds = 5

function speed(name: string, text: string, least: number): Figure {
  // The engine compiles loops while they run; what is told is the state that lasts.
  for (let round = 0; round < rounds; round += 1) scanner.scan(text.slice(0, megabyte / 4))
  const values = Array.from({ length: rounds }, () => text.length / 1000 / cpuMs(() => scanner.scan(text)))
  return { group: 'speed', name, unit: 'MB/s', goal: { least }, values }
}

const code = readFileSync(join(import.meta.dirname, '..', 'contract', 'record.ts'), 'utf8').repeat(20)
const speeds = [
  speed('prose', prose(random, megabyte), 15),
  speed('code', code, 15),
  speed('dense personal data', densePersonalData(random, megabyte), 8),
  speed('digit logs', logLines(random, megabyte), 4),
]
const slowest = Object.entries(hostile)
  .map(([name, make]) => speed(`slowest hostile text: ${JSON.stringify(name)}`, make(megabyte / 4), 1))
  .toSorted((a, b) => Math.min(...a.values) - Math.min(...b.values))[0]

const texts = Array.from({ length: 400 }, () => prose(random, 15_000) + densePersonalData(random, 1000))
const waits = texts
  .map((text) => {
    const startedMs = performance.now()
    scanner.scan(text)
    return performance.now() - startedMs
  })
  .toSorted((a, b) => a - b)
const p99 = waits[Math.floor(waits.length * 0.99)] ?? 0
const latency: Figure = {
  group: 'speed',
  name: '16 kB of new text, p99',
  unit: 'ms',
  goal: { most: 2 },
  values: [p99],
}

process.stdout.write(`${table(detection)}\n\n${table([...speeds, ...(slowest ? [slowest] : []), latency])}\n`)
await scanner.close()
