import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { panels } from '../dashboards/catalog/catalog.ts'
import { grafana } from '../dashboards/dialects/grafana.ts'
import { numberDefaults } from '../dashboards/dialects/variables.ts'
import { expandMacros } from '../dashboards/macros.ts'

const usage = [
  'Usage:',
  '  sidelight dashboards               write the files that Grafana reads at its start',
  '  sidelight dashboards --check       only say which of them are stale; exit code 0 or 1',
  '  sidelight dashboards --sql PANEL   the statement of a panel, for the last day and everything, to run anywhere',
  '',
  'Options:',
  '  --out DIR    default: dashboards/provisioning of this package',
].join('\n')

const options = {
  check: { type: 'boolean', default: false },
  sql: { type: 'string' },
  out: { type: 'string', default: join(import.meta.dirname, '..', 'dashboards', 'provisioning') },
} as const

/** Grafana's files from the catalog of panels. */
export async function runDashboards(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  if (positionals.length > 0 || (values.check && values.sql !== undefined)) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  if (values.sql !== undefined) return printSql(values.sql)
  // Builders of boards are a development dependency: an installation without it has the files already.
  const built = await import('../dashboards/grafana/files.ts').catch(asMissing)
  if (built === undefined) {
    process.stderr.write('sidelight: writing boards needs the development dependencies (npm install)\n')
    return 1
  }
  const { provisioningFiles } = built
  return values.check ? check(values.out, provisioningFiles()) : write(values.out, provisioningFiles())
}

function asMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
  throw error
}

function printSql(id: string): number {
  const panel = panels.find((one) => one.id === id)
  if (panel === undefined) {
    process.stderr.write(
      `sidelight: no panel ${id}. There are:\n${panels.map((one) => `  ${one.id}`).join('\n')}\n`,
    )
    return 1
  }
  const to = new Date()
  const from = new Date(to.getTime() - 86_400_000)
  const variables = Object.fromEntries(
    Object.entries(numberDefaults).map(([name, value]) => [name, `${value}`]),
  )
  process.stdout.write(`${expandMacros(panel.sql(grafana), { from, to, stepSeconds: 900, variables })}\n`)
  return 0
}

type Files = ReadonlyMap<string, string>

function check(out: string, files: Files): number {
  const stale = [...files].filter(([path, text]) => current(out, path) !== text).map(([path]) => path)
  const wrong = [...stale, ...strangers(out, files)]
  for (const path of wrong) process.stdout.write(`${path} is stale: run \`sidelight dashboards\`\n`)
  return wrong.length === 0 ? 0 : 1
}

function write(out: string, files: Files): number {
  for (const path of strangers(out, files)) rmSync(join(out, path))
  const stale = [...files].filter(([path, text]) => current(out, path) !== text)
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(out, path)), { recursive: true })
    writeFileSync(join(out, path), text)
    process.stdout.write(`${path} written\n`)
  }
  if (stale.length === 0) process.stdout.write('all files are current\n')
  return 0
}

function current(out: string, path: string): string | undefined {
  try {
    return readFileSync(join(out, path), 'utf8')
  } catch {
    return undefined
  }
}

/** Boards that the catalog has no more. Nothing else in the folder is ours to remove. */
function strangers(out: string, files: Files): string[] {
  const folder = 'dashboards/boards'
  try {
    return readdirSync(join(out, folder))
      .filter((name) => name.startsWith('sidelight-') && name.endsWith('.json'))
      .map((name) => `${folder}/${name}`)
      .filter((path) => !files.has(path))
  } catch {
    return []
  }
}
