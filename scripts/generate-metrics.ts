import { spoolGauges } from '../cli/shipper-gauges.ts'
import { writerGauges } from '../cli/writer-gauges.ts'
import { parseConfig } from '../contract/config/load.ts'
import {
  type AttemptRow,
  attemptColumns,
  type ColumnType,
  type RequestRow,
  requestColumns,
} from '../contract/record.ts'
import type { SpoolState } from '../ingest/spool-watch.ts'
import { answerGauges, createAnswers } from '../sidecar/answers.ts'
import { budgetGauges } from '../sidecar/limits/budget-gauges.ts'
import { createSidecar } from '../sidecar/main.ts'
import { createLog } from '../sidecar/observe/log.ts'
import { policyGauges } from '../sidecar/routing/policy/gauges.ts'
import { memorySink } from '../testing/memory-sink.ts'
import { testPolicy } from '../testing/policies.ts'

/** The reference page of metrics, asked of a sidecar that has counted one record. */
export async function metricsPage(): Promise<string> {
  const rows = readMetrics(await render()).map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`,
  )
  return [
    '# Metrics',
    '',
    '<!-- Generated from what /metrics answers by npm run schema; change the help texts in the code. -->',
    '',
    '`GET /metrics` on the admin port, Prometheus text. With several workers their figures are added up, except',
    'the event-loop delay, which each worker states with a label of its own. What callers choose (routes made of',
    '`provider/model`, model names) is bounded: what is over the bound counts under the label `other`.',
    '',
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

const sampleSpool: SpoolState = {
  segments: 0,
  bytes: 0,
  oldestMs: undefined,
  shipper: {
    atMs: 0,
    figures: {
      shipped: { requests: 1 },
      batches: 1,
      quarantined: { CANNOT_PARSE_TEXT: 1 },
      lost: 0,
      failures: { unreachable: 1 },
      tornTails: 0,
      damagedSegments: 0,
      waiting: undefined,
    },
  },
}

const samplePolicies: Parameters<typeof policyGauges>[0] = {
  routes: ['r'],
  inForce: [testPolicy().document],
  refusals: new Map([['invalid', 1]]),
  storeFailures: 0,
  source: { source: 'file', state: 'up' },
}

async function render(): Promise<string> {
  const { config } = parseConfig('providers: { x: { kind: simulated } }', 'generated', {})
  const sidecar = createSidecar({
    config,
    environment: {},
    sink: memorySink([]),
    log: createLog({ level: 'silent', format: 'json', write: () => {}, nowMs: Date.now }),
    tracing: undefined,
    simulatedOrigin: '',
    worker: 0,
    bootMs: 0,
  })
  const answers = createAnswers(config, {})
  const label = { score: 1, p: 1, label: 'agree', isServed: true, pair: '' } as const
  answers.audits.judge({ route: 'r', tier: 'lexical', delta: 0.02 }, label)
  const losses = { queueFull: 0, closed: 0, unencodable: 0, vanished: 0, diskCap: 0 }
  const counts = { accepted: 0, spooled: 0, losses, queued: 0, tornTails: 0 }
  sidecar.metrics.gauges(() => [
    ...writerGauges(counts),
    ...spoolGauges(sampleSpool, 0),
    ...budgetGauges([{ key: 'k', period: 'month', spent: 0n, limit: 0n }]),
    ...policyGauges(samplePolicies, 0),
    ...answerGauges(answers, 0).filter(({ labels }) => labels !== undefined),
  ])
  const request = sampleRow(requestColumns) as unknown as RequestRow
  const attempt = sampleRow(attemptColumns) as unknown as AttemptRow
  sidecar.metrics.observe({ request, attempts: [attempt] })
  sidecar.metrics.observe({ request: { ...request, cost_usd: null }, attempts: [] })
  sidecar.metrics.observeFeedback('accepted')
  const candidate = sidecar.snapshot().routes.get('auto')?.candidates[0]
  if (candidate !== undefined)
    sidecar.health.begin(candidate, { regions: undefined, unit: '', isNewUnit: true, retryShare: undefined })
  const text = sidecar.metrics.render()
  await sidecar.stop()
  return text
}

/** Something in every column, so that every metric has a series and shows its labels. */
function sampleRow(columns: Readonly<Record<string, { readonly type: ColumnType }>>) {
  return Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, sampleOf(type)]))
}

function sampleOf(type: ColumnType): unknown {
  if (type === 'bool') return true
  if (type === 'money' || type === 'money?') return '1'
  if (type === 'labels' || type === 'floats') return []
  if (type === 'label_map' || type === 'count_map') return {}
  return /^(?:u\d|float|time)/.test(type) ? 1 : 'x'
}

interface Metric {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
}

function readMetrics(text: string): Metric[] {
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)\n(.*)$/gm)].map(
    ([, name = '', help = '', type = '', first = '']) => ({
      name,
      help,
      type,
      labels: [...first.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label).filter((l) => l !== 'le'),
    }),
  )
}
