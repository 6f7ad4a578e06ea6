import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

/** The rules of the house that no linter knows. See docs/decisions for why they are what they are. */
const rooms = ['contract', 'sidecar', 'ingest', 'dashboards', 'evals', 'cli', 'testing', 'bench', 'scripts']

interface Source {
  readonly path: string
  readonly text: string
  /** Paths of ours that it imports. */
  readonly imports: readonly string[]
  readonly isTest: boolean
}

const sources: readonly Source[] = globSync([`{${rooms.join(',')}}/**/*.ts`, '*.ts'], {
  cwd: import.meta.dirname,
})
  .sort()
  .map((path) => read(path))
const shipped = sources.filter(
  ({ path, isTest }) => !isTest && /^(contract|sidecar|ingest|dashboards|evals|cli)\//.test(path),
)

function read(path: string): Source {
  const text = readFileSync(join(import.meta.dirname, path), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '')
  const imports = specifiers.map((specifier) => normalize(join(dirname(path), specifier)))
  return { path, text, imports, isTest: path.endsWith('.test.ts') }
}

function offenders(find: (source: Source) => readonly string[]): string[] {
  return shipped.flatMap((source) => find(source).map((found) => `${source.path}: ${found}`))
}

const room = (path: string) => path.split('/')[0] ?? ''
const isRoot = (path: string) => path.startsWith('cli/') || path.endsWith('/main.ts')
/** The doors of ingest that composition roots may open. */
const doors = [
  'ingest/writer.ts',
  'ingest/reconcile/problem.ts',
  'ingest/reconcile/reconcile.ts',
  'ingest/warehouse.ts',
  'ingest/target.ts',
  'ingest/token.ts',
  'ingest/policies.ts',
  'ingest/explain-rows.ts',
  'ingest/door.ts',
  'ingest/migrate.ts',
  'ingest/migrations/all.ts',
  'ingest/migrations/render.ts',
  'ingest/migrations/step.ts',
  'ingest/prices-load.ts',
  'ingest/budgets-load.ts',
  'ingest/spend.ts',
  'ingest/candidates-load.ts',
  'ingest/backfill.ts',
  'ingest/erase.ts',
  'ingest/backup.ts',
  'ingest/receiver.ts',
  'ingest/embedded/exits.ts',
  'ingest/quarantined.ts',
  'ingest/shipper.ts',
  'ingest/spool-watch.ts',
  'ingest/shared-entries.ts',
]

test('rooms import only the contract and themselves; composition roots also what they compose', () => {
  const wrong = offenders(({ path, imports }) =>
    imports.filter((target) => {
      if (room(target) === room(path) || room(target) === 'contract') return false
      if (room(path) === 'contract' || !isRoot(path)) return true
      return room(target) === 'ingest' && !doors.includes(target)
    }),
  )
  assert.deepEqual(wrong, [])
})

const leaves =
  /^sidecar\/(providers|formats|dialects|conversation|routing|streaming|body|lanes|upstream|observe|limits|pricing|counting|feedback|timing|recovery|explain|masking|guards|cache)\//

test('leaves of the sidecar never import stages or the context', () => {
  const wrong = offenders(({ path, imports }) =>
    leaves.test(path)
      ? imports.filter((target) => /^sidecar\/(stages\/|context\.ts|pipeline\.ts)/.test(target))
      : [],
  )
  assert.deepEqual(wrong, [])
})

test('dialects, formats and providers know nothing of each other; only the registries know all', () => {
  const family = (path: string) => /^sidecar\/(dialects|formats|providers)\/([^/]+)\//.exec(path)
  // Small pieces of the OpenAI shape that other dialects of OpenAI share.
  const isShared = (path: string, target: string) =>
    path.startsWith('sidecar/dialects/') && target.startsWith('sidecar/dialects/chat/')
  const wrong = offenders(({ path, imports }) => {
    const own = family(path)
    if (own === null) return []
    return imports.filter((target) => {
      const other = family(target)
      return other !== null && !(other[1] === own[1] && other[2] === own[2]) && !isShared(path, target)
    })
  })
  assert.deepEqual(wrong, [])
})

test('no file imports itself by a detour', () => {
  const byPath = new Map(shipped.map((source) => [source.path, source]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    if (done.has(path) || trail.includes(path)) return
    for (const target of byPath.get(path)?.text === undefined ? [] : valueImports(path))
      visit(target, [...trail, path])
    done.add(path)
  }
  /** Type imports vanish: they are no cycles at run time. */
  const valueImports = (path: string) =>
    [...(byPath.get(path)?.text ?? '').matchAll(/^import (?!type)[^']*'(\.[^']+)'/gm)].map((match) =>
      normalize(join(dirname(path), match[1] ?? '')),
    )
  for (const { path } of shipped) visit(path, [])
  assert.deepEqual(cycles, [])
})

test('nothing but composition roots reads the environment', () => {
  assert.deepEqual(
    offenders(({ path, text }) => (!isRoot(path) && /\bprocess\.env\b/.test(text) ? ['process.env'] : [])),
    [],
  )
})

test('no default exports, no focused tests, no notes for later', () => {
  const patterns = [/^export default/m, /\b(test|it|describe)\.only\(/, /\b(TODO|FIXME|XXX|HACK)\b/]
  const wrong = sources
    .filter(({ path }) => path !== 'tidy.test.ts')
    .flatMap(({ path, text }) =>
      patterns.filter((pattern) => pattern.test(text)).map((pattern) => `${path}: ${pattern}`),
    )
  assert.deepEqual(wrong, [])
})

/** Looked at a second time and left whole, with the reason. */
const longFiles: Readonly<Record<string, string>> = {
  'contract/record.ts': 'tables, one line a column',
  'sidecar/context.ts': 'every field of a request, once',
  'sidecar/cache/language/english.ts': 'a list of words',
  'ingest/migrations/0001-ledger.ts': 'a table of columns',
  'ingest/migrations/0005-prices.ts': 'one statement of SQL, layer by layer',
  'ingest/writer.ts': 'one state machine',
  'sidecar/body/json-scan.ts': 'one scanner over bytes',
  'sidecar/stages/relay/stream.ts': 'one state machine',
}

test('a file over 250 lines is looked at again', () => {
  const long = shipped.filter(
    ({ path, text }) => text.split('\n').length > 250 && longFiles[path] === undefined,
  )
  assert.deepEqual(
    long.map(({ path, text }) => `${path}: ${text.split('\n').length} lines`),
    [],
  )
})

test('no path of a machine stands in the repository', () => {
  const home = new RegExp(`(^|[^A-Za-z0-9_.])/(${['work', 'home', 'root'].join('|')})/[A-Za-z.]`)
  assert.deepEqual(
    sources.filter(({ text }) => home.test(text)).map(({ path }) => path),
    [],
  )
})
