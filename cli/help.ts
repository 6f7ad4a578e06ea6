import type { Command } from './commands.ts'

export async function runHelp(commands: Readonly<Record<string, Command>>): Promise<number> {
  const rows = Object.entries(commands).map(([name, command]) => `  ${name.padEnd(11)} ${command.summary}`)
  process.stdout.write(`${[...head, ...rows, ...tail].join('\n')}\n`)
  return 0
}

const head = [
  'Sidelight: the observability-first sidecar and analytics warehouse for LLM traffic',
  '',
  'Usage: sidelight <command> [options]',
  '',
]

const tail = [
  '',
  'Options of up, sidecar, warehouse, check, drill, reconcile, policy and explain:',
  '  --config FILE   configuration; default: SIDELIGHT_CONFIG, else sidelight.yaml, else none',
  '',
  'sidelight reconcile FILE.csv|FILE.json: exit code 0 equal, 1 differences, 2 nothing could be compared',
  '  --provider NAME     calls of this configured provider; default: all of the kind the file is from',
  '  --since, --until    first and last day (UTC), such as 2026-11-01; default: those of the file',
  '  --tolerance 0.5%    differences up to this share are none; default: 0',
  '  --map day=Date,model=Model,input_tokens=In,cost_usd=Cost     columns of a file of any other origin',
  '  --all, --json       every figure, not only what differs; for programs',
  '',
  'sidelight drill: exit code 0 answers and honest errors, 1 neither somewhere, 2 nothing could be drilled',
  '  --route NAME, --scenario NAME   only these; both may be given more than once',
  '  --list              what there is to drill',
  '  --json              for programs',
  '  --no-record         no row in eval_runs of the warehouse',
  '',
  'sidelight explain REQUEST_ID [--json]: of the sidecar that runs, else of the warehouse; exit code 1 when unknown',
  '',
  'Of policies (`sidelight policy` alone says more):',
  '  policy check FILE     policy publish FILE [--route R] [--sign-key-env V] [--reason TEXT] [--dry-run]     policy show',
  '',
  'sidelight dashboards [--check | --sql PANEL] [--out DIR]: exit code 1 when --check finds stale files',
  '',
  'Of the warehouse:',
  '  warehouse migrate [--target embedded|server|cluster|cloud] [--cluster NAME] [--url URL] [--dry-run] [--wait 30s]',
  '  warehouse erase --customer NAME     warehouse backup --to DIR     warehouse restore --from DIR [--replace]',
  '',
  'ingest --once | --listen HOST:PORT | --quarantine list | --quarantine retry',
  '',
  'Environment, outranking the file:',
  '  SIDELIGHT_LISTEN     data plane              127.0.0.1:4100',
  '  SIDELIGHT_ADMIN      health and metrics      127.0.0.1:4101',
  '  SIDELIGHT_WAREHOUSE_LISTEN  embedded warehouse  127.0.0.1:4102',
  '  SIDELIGHT_STATE_DIR  spool and other state   .sidelight',
  '  SIDELIGHT_LOG_LEVEL  debug, info, warn, error or silent',
  '  SIDELIGHT_ADMIN_TOKEN          needed when the admin port is not on loopback',
  '  OTEL_EXPORTER_OTLP_ENDPOINT    where traces go; none by default',
  '  OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY …: without a configuration,',
  '  providers whose key is set are configured by themselves',
]
