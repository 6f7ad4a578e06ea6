import { randomBytes } from 'node:crypto'
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { backUp, isPlace, logRestore, type Place, restore } from '../ingest/backup.ts'
import { UsageError } from './failure.ts'
import { prepareWarehouse } from './prepare-warehouse.ts'
import { openWarehouse, untilThere } from './warehouse-door.ts'

/** Writes all of the ledger to a folder, or to a place that a server knows. */
export async function runBackup(args: readonly string[], environment: Environment): Promise<number> {
  const { config, place: to } = read(args, environment, 'to')
  const { database } = config.warehouse
  await using warehouse = await openWarehouse(config)
  await untilThere(warehouse, 0)
  if (isElsewhere(config, to)) {
    await backUp(warehouse.door, database, { expression: to })
  } else {
    const folder = resolve(to)
    if (await isThere(folder)) throw new Error(`${to} is there already: a backup needs a new folder`)
    const staged = stagedIn(config)
    try {
      await backUp(warehouse.door, database, staged.place)
      await moveWhole(staged.path, folder)
    } finally {
      await rm(staged.path, { recursive: true, force: true })
    }
  }
  process.stdout.write(`${database}: backed up to ${to}\n`)
  return 0
}

/** Brings the ledger of a backup back, and its schema to this version. */
export async function runRestore(args: readonly string[], environment: Environment): Promise<number> {
  const { config, place: from, replace } = read(args, environment, 'from')
  const { database, url } = config.warehouse
  await using warehouse = await openWarehouse(config)
  const { door } = warehouse
  await untilThere(warehouse, 0)
  if (isElsewhere(config, from)) {
    await restore(door, { database, place: { expression: from }, replace })
  } else {
    const folder = resolve(from)
    if (!(await isThere(folder))) throw new Error(`${from} is not there`)
    const staged = stagedIn(config)
    try {
      await cp(folder, staged.path, { recursive: true })
      await restore(door, { database, place: staged.place, replace })
    } finally {
      await rm(staged.path, { recursive: true, force: true })
    }
  }
  await prepareWarehouse(door, config, { target: url === 'embedded' ? 'embedded' : 'server' })
  await logRestore(door, database, 'sidelight warehouse restore')
  process.stdout.write(`${database}: restored from ${from}\n`)
  return 0
}

function read(args: readonly string[], environment: Environment, option: 'to' | 'from') {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: text,
      ...(option === 'to' ? { to: text } : { from: text, replace: { type: 'boolean' } }),
    },
    strict: true,
  })
  const { config: file, to, from, replace } = values as Readonly<Record<string, string | boolean | undefined>>
  const place = to ?? from
  if (typeof place !== 'string') throw new UsageError(`--${option} DIR is missing`)
  const { config } = loadConfig({ file: typeof file === 'string' ? file : undefined, environment })
  return { config, place, replace: replace === true }
}

function isElsewhere(config: Config, place: string): boolean {
  if (config.warehouse.url === 'embedded') return false
  if (isPlace(place)) return true
  throw new Error("a server writes where it may: Disk('backups', 'name'), S3(…), File(…)")
}

/** The embedded engine may write to one folder alone, so a backup is made there and moved. */
function stagedIn({ stateDir }: Config): { place: Place; path: string } {
  const name = `staged-${randomBytes(6).toString('hex')}`
  return { place: { name }, path: join(resolve(stateDir), 'backups', name) }
}

/** The folder appears when all of it is there. */
async function moveWhole(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const draft = `${to}.partial`
  try {
    await cp(from, draft, { recursive: true })
    await rename(draft, to)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
