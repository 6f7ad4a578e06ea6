import type { Environment } from '../contract/config/load.ts'
import { runCheck } from './check.ts'
import { runDashboards } from './dashboards.ts'
import { runDemo } from './demo.ts'
import { runDrillCommand } from './drill.ts'
import { runEvals } from './evals.ts'
import { runExplain } from './explain.ts'
import { runHelp, runVersion } from './help.ts'
import { runIngest } from './ingest.ts'
import { runPolicy } from './policy.ts'
import { runReconcile } from './reconcile.ts'
import { runSidecar } from './sidecar.ts'
import { runUp } from './up.ts'
import { runWarehouse } from './warehouse.ts'

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string
  /** Resolves to the exit code. */
  run(args: readonly string[], environment: Environment): Promise<number>
}

export const commands: Readonly<Record<string, Command>> = {
  up: { summary: 'run the whole product on this machine (what npm start does)', run: runUp },
  sidecar: { summary: 'run the proxy alone, next to a service', run: runSidecar },
  ingest: { summary: 'ship the records of the spool to the warehouse', run: runIngest },
  warehouse: {
    summary: 'run the embedded warehouse alone, speaking the ClickHouse HTTP protocol',
    run: runWarehouse,
  },
  reconcile: {
    summary: 'compare the ledger with a usage export of a provider, by model and day',
    run: runReconcile,
  },
  drill: {
    summary: 'simulated faults against this configuration, and what callers would see of them',
    run: runDrillCommand,
  },
  dashboards: {
    summary: 'write the boards and alerts that Grafana reads; --check, --sql PANEL',
    run: runDashboards,
  },
  demo: { summary: 'send made-up traffic to a sidecar that runs; up --demo has a history too', run: runDemo },
  evals: {
    summary: 'tune weights within a quality floor: run, watch, status, replay, import, simulate',
    run: runEvals,
  },
  explain: { summary: 'say why a request went where it went', run: runExplain },
  policy: { summary: 'check, publish or show the weights of routes', run: runPolicy },
  check: { summary: 'validate the configuration and print it resolved, secrets hidden', run: runCheck },
  help: { summary: 'show the commands, or one of them', run: (args) => runHelp(commands, args) },
  version: { summary: 'print the version', run: runVersion },
}
