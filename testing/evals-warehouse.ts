import { writeFile } from 'node:fs/promises'
import { parseConfig } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import { type DrawnLog, drawnLog } from './drawn-log.ts'
import { seededRandom } from './random.ts'
import { tempDir } from './temp-dir.ts'
import { startTestWarehouse, type TestWarehouse } from './warehouse.ts'

export interface RouteText {
  readonly quality?: string
  /** Further keys of `evals`, from a comma on. */
  readonly evals?: string
  readonly scores?: number
  readonly warehouseUrl?: string
  readonly providers?: string
  /** Further lines at the end. */
  readonly more?: string
}

/** A warehouse with the schema, shared by the tests of a file; each of them has a route of its own. */
export interface EvalsWarehouse extends AsyncDisposable {
  readonly warehouse: TestWarehouse
  file(name: string): string
  configFor(route: string, text?: RouteText): Config
  /** The same as a file, for commands. */
  configFile(route: string, text?: RouteText): Promise<string>
  /** Prices of `cheap`, in US dollars per million tokens; `strong` costs 10 and 30. */
  priceCheap(usd: number): Promise<void>
  fill(log: Partial<DrawnLog> & Pick<DrawnLog, 'route'>): Promise<void>
  insert(table: string, rows: readonly object[]): Promise<void>
  rows<Row>(query: string): Promise<Row[]>
  policiesOf(route: string): Promise<{ version: number; action: string; document: string; reason: string }[]>
  stagesOf(route: string): Promise<StageRow[]>
}

export interface StageRow {
  readonly kind: string
  readonly stage: string
  readonly status: string
  readonly exit_code: number
  readonly asked: number
  readonly scored: number
  readonly reason: string
}

export const dayMs = 86_400_000

/** Shares of a log that has enough of both. */
export const shares = { cheap: 0.25, strong: 0.75 }

export async function startEvalsWarehouse(): Promise<EvalsWarehouse> {
  const warehouse = await startTestWarehouse()
  const folder = await tempDir('sidelight-evals-')
  await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database: 'sidelight' })
  const writer = warehouse.client('writer')
  const rows = async <Row>(query: string): Promise<Row[]> =>
    (await writer.query({ query, format: 'JSONEachRow' })).json<Row>()
  const insert = async (table: string, values: readonly object[]) =>
    void (await writer.insert({ table: `sidelight.${table}`, values: [...values], format: 'JSONEachRow' }))
  const file = (name: string) => folder.file(name)
  const priceCheap = (usd: number) => writeFile(file('prices.yaml'), pricesWith(usd))
  await priceCheap(1)
  return {
    warehouse,
    file,
    priceCheap,
    insert,
    rows,
    configFor: (route, text = {}) =>
      parseConfig(yamlOf(route, text, { warehouse, file }), 'test.yaml', {}).config,
    async configFile(route, text = {}) {
      const name = file(`${route}.yaml`)
      await writeFile(name, yamlOf(route, text, { warehouse, file }))
      return name
    },
    fill: (log) => insert('requests', drawnLog({ ...usualLog(), ...log })),
    policiesOf: (route) =>
      rows(
        `SELECT version, action, document, reason FROM sidelight.routing_policies WHERE route = '${route}' ORDER BY version, ts`,
      ),
    stagesOf: (route) =>
      rows(
        `SELECT kind, stage, status, exit_code, asked, scored, reason FROM sidelight.eval_runs WHERE route = '${route}' ORDER BY ts, duration_ms`,
      ),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]()
      await warehouse[Symbol.asyncDispose]()
    },
  }
}

function usualLog(): Omit<DrawnLog, 'route'> {
  return {
    shares,
    count: 6000,
    segments: ['chat', 'search'],
    random: seededRandom(7),
    endMs: Date.now() - 7_200_000,
    spanMs: 0.9 * dayMs,
  }
}

function pricesWith(cheap: number): string {
  return `
prices:
  - { provider: sim, model: strong, valid_from: 2026-01-01, input: 10, output: 30 }
  - { provider: sim, model: cheap, valid_from: 2026-01-01, input: ${cheap}, output: ${3 * cheap} }
  - { provider: sim, model: judge, valid_from: 2026-01-01, input: 1, output: 3 }
`
}

function yamlOf(
  route: string,
  text: RouteText,
  of: { readonly warehouse: TestWarehouse; readonly file: (name: string) => string },
): string {
  const { host } = new URL(of.warehouse.url)
  const { quality = 'maxLoss: 5%, scorer: gates', evals = '', scores = 2000, more = '' } = text
  const { warehouseUrl = `http://writer:${of.warehouse.token}@${host}` } = text
  const { providers = "sim: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1' }" } = text
  return `
stateDir: ${of.file(`state-${route}`)}
warehouse: { url: '${warehouseUrl}' }
providers:
  ${providers}
prices: { file: ${of.file('prices.yaml')} }
routes:
  ${route}:
    baseline: strong
    quality: { ${quality} }
    candidates:
      - { id: cheap, provider: sim, model: cheap, weight: 3 }
      - { id: strong, provider: sim, model: strong, weight: 97 }
evals: { scores: ${scores}${evals} }
${more}
`
}
