import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { costOf } from '../contract/prices/cost.ts'
import type { Usage } from '../contract/usage.ts'

/** How long one price takes: `node bench/prices.bench.ts`. Single calls are timed, so the clock itself (~40 ns) is inside. */
const catalog = loadShippedCatalog()
const atMs = Date.UTC(2026, 10, 20, 2, 30)

const usages: [string, string, Usage][] = [
  [
    'openai',
    'gpt-4o-mini',
    { classes: { input: 812, cache_read: 1024, output: 133 }, serviceTier: 'default' },
  ],
  [
    'anthropic',
    'claude-opus-5',
    { classes: { input: 9, cache_read: 21_000, cache_write: 512, output: 700 } },
  ],
  ['deepseek', 'deepseek-v4-pro', { classes: { input: 4000, cache_read: 6000, output: 1000 } }],
  ['openai', 'gpt-5.4', { classes: { input: 300_000, output: 900 }, serviceTier: 'flex', geo: 'eu' }],
  ['groq', 'whisper-large-v3', { classes: { audio_seconds: 3.52 } }],
  ['openai', 'gpt-4o-2099-01-01', { classes: { input: 812, output: 133 } }],
]

const warmUp = 50_000
const measured = 200_000

for (const [provider, model, usage] of usages) {
  const micros = new Float64Array(measured)
  for (let n = -warmUp; n < measured; n++) {
    const started = process.hrtime.bigint()
    costOf({ catalog, provider, model, usage, atMs })
    const ended = process.hrtime.bigint()
    if (n >= 0) micros[n] = Number(ended - started) / 1000
  }
  micros.sort()
  const at = (share: number) => (micros[Math.floor(measured * share)] ?? 0).toFixed(2)
  console.log(`${provider}/${model}: median ${at(0.5)} µs, p99 ${at(0.99)} µs`)
}
