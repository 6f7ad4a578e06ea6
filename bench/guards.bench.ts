/**
 * What the prompt guard finds and how fast it reads. `node bench/guards.bench.ts [examples.jsonl]`: rows of another
 * file with `text`, `injection` and `cat` in place of the fixtures.
 */
import { guardPolicies } from '../sidecar/guards/policy.ts'
import { createScorer } from '../sidecar/guards/scorer.ts'
import { guardShapes } from '../sidecar/guards/shapes.ts'
import { judge } from '../sidecar/guards/texts.ts'
import { guardTexts } from '../testing/guard-texts.ts'
import { flagged, guardRows, isWorded, ownAttacks, ownBenign } from '../testing/guards-quality.ts'

const scorer = createScorer()
const print = (name: string, said: string) => process.stdout.write(`${name.padEnd(44)} ${said}\n`)

function share(name: string, texts: readonly string[]): void {
  const found = flagged(scorer, texts).length
  print(name, `${found} of ${texts.length} (${((100 * found) / Math.max(1, texts.length)).toFixed(1)} %)`)
}

const rows = guardRows(process.argv[2])
const textsOf = (wanted: readonly { text: string }[]) => wanted.map(({ text }) => text)
share(
  'examples: injections in words, found',
  textsOf(rows.filter((row) => row.injection === 1 && isWorded(row))),
)
share('examples: tasks hidden in documents, found', textsOf(rows.filter((row) => !isWorded(row))))
share('examples: harmless, flagged', textsOf(rows.filter(({ injection }) => injection === 0)))
share('own attacks, found', ownAttacks())
share('own harmless prompts, flagged', ownBenign())

for (const [name, text] of guardTexts(1_000_000)) {
  const ms: number[] = []
  for (let round = 0; round < 4; round += 1) {
    const startedAt = performance.now()
    scorer.score(text)
    ms.push(performance.now() - startedAt)
  }
  print(`reads ${name}`, `${(text.length / 1000 / Math.min(...ms)).toFixed(1)} MB/s`)
}

const stated = {
  injection: 'tag',
  threshold: 4,
  stripInvisible: true,
  wrapToolResults: false,
  canary: false,
} as const
const policy = guardPolicies({ guard: stated, routes: {} }, Buffer.alloc(32)).strictest
const prose = guardTexts(16_384)[0]?.[1] ?? ''
for (const chars of [1024, 16_384]) {
  const json = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: prose.slice(0, chars) }] })
  const us: number[] = []
  for (let round = 0; round < 600; round += 1) {
    const startedAt = performance.now()
    if (policy !== undefined) judge(json, guardShapes.chat, policy).next()
    if (round >= 100) us.push((performance.now() - startedAt) * 1000)
  }
  const sorted = us.toSorted((a, b) => a - b)
  const at = (part: number) => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(0)
  print(`a request with ${chars} characters`, `median ${at(0.5)} µs, p99 ${at(0.99)} µs`)
}
