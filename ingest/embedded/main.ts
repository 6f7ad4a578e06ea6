import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, createServer, type Server as Listener } from 'node:net'
import { join } from 'node:path'
import { errorCode } from '../files.ts'
import { isLoopback } from '../target.ts'
import { warehouseToken } from '../token.ts'
import { type Catalog, loadCatalog } from './catalog.ts'
import { type Engine, EngineMissing, openEngine } from './engine.ts'
import { warehouseExits } from './exits.ts'
import { createHealth } from './health.ts'
import { quotedName } from './literal.ts'
import { DirectoryTaken, lockDirectory } from './lock.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { WarehouseOptions } from './options.ts'
import { createWarehouseServer } from './server.ts'
import { Slots } from './slots.ts'
import { createVetting } from './vetting.ts'

/**
 * The embedded warehouse, a process of its own: the engine locks its directory, keeps threads, and is never
 * left by process.exit, with which it crashes or hangs in every second run. The process ends by itself when
 * nothing is open any more.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as WarehouseOptions
const log = createLog({
  level: options.logLevel,
  format: options.logFormat ?? 'json',
  write: (line) => process.stderr.write(line),
  nowMs: Date.now,
})

// A log that nobody reads any more is no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

try {
  await start()
} catch (error) {
  const exit = exitOf(error)
  const isTaken = exit === warehouseExits.listenTaken || exit === warehouseExits.directoryTaken
  // Its parent says that better, and once.
  if (!(isTaken && options.isSupervised)) log.error('the warehouse cannot start', { reason: reasonOf(error) })
  process.exitCode = isTaken && !options.isSupervised ? warehouseExits.failed : exit
}

function exitOf(error: unknown): number {
  if (error instanceof EngineMissing) return warehouseExits.unusable
  if (error instanceof DirectoryTaken) return warehouseExits.directoryTaken
  return errorCode(error) === 'EADDRINUSE' ? warehouseExits.listenTaken : warehouseExits.failed
}

function reasonOf(error: unknown): string {
  if (errorCode(error) === 'EADDRINUSE')
    return `${options.listen} is in use: choose another address with SIDELIGHT_WAREHOUSE_LISTEN`
  return error instanceof Error ? error.message : 'unknown'
}

async function start(): Promise<void> {
  const directory = join(options.stateDir, 'warehouse')
  const unlock = lockDirectory(directory)
  let engine: Engine | undefined
  try {
    await sayWhenTaken(options.listen)
    const token = await warehouseToken(options.stateDir)
    const rowsDirectory = emptied(join(directory, 'sidelight-tmp'))
    const backups = join(options.stateDir, 'backups')
    mkdirSync(backups, { recursive: true, mode: 0o700 })
    const opened = openEngine(join(directory, 'data'), engineArguments(backups))
    engine = opened
    const catalog = await prepareEngine(opened)
    const { limits } = options
    const slots = new Slots(limits.queries, limits.waiting)
    const metrics = createMetrics(slots)
    const server = createWarehouseServer({
      engine: opened,
      vetting: createVetting({ catalog, ledger: options.database }),
      slots,
      health: createHealth(opened, { limitMs: 5000 }),
      log,
      token,
      isLoopback: isLoopback(options.listen),
      rowsDirectory,
      options,
      metrics: metrics.render,
      observe: metrics.observe,
    })
    const address = await listenOn(server, options.listen)
    process.stdout.write(`warehouse ${origin(address)}\n`)
    stopOnSignal(server, () => {
      opened.close()
      unlock()
    })
  } catch (error) {
    engine?.close()
    unlock()
    throw error
  }
}

/** What a killed process left is no row of anybody: the sender sends it again. */
function emptied(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true, force: true })
  return directory
}

function engineArguments(backups: string): string[] {
  return [
    '--background_pool_size=2',
    `--max_server_memory_usage=${options.limits.memory}`,
    '--mark_cache_size=67108864',
    `--backups.allowed_path=${backups}`,
  ]
}

async function prepareEngine(engine: Engine): Promise<Catalog> {
  const session = engine.open()
  try {
    await session.run(`CREATE DATABASE IF NOT EXISTS ${quotedName(options.database)}`)
    return await loadCatalog(session)
  } finally {
    await session.close()
  }
}

/** At once, not after the engine has opened. */
async function sayWhenTaken(listen: string): Promise<void> {
  const probe = createServer()
  await listenOn(probe, listen)
  await new Promise((resolve) => probe.close(resolve))
}

function listenOn(server: Listener, listen: string): Promise<AddressInfo> {
  const at = listen.lastIndexOf(':')
  const host = listen.slice(0, at).replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: Number(listen.slice(at + 1)) }, () =>
      resolve(server.address() as AddressInfo),
    )
  })
}

function origin({ address, port }: AddressInfo): string {
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** Running queries end, then the engine, then the process; one that hangs is killed, which harms no row. */
function stopOnSignal(server: Server, closeEngine: () => void): void {
  let isStopping = false
  const stop = () => {
    if (isStopping) return
    isStopping = true
    log.info('draining')
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), options.drainMs + killAfterMs).unref()
    server.close(() => {
      closeEngine()
      log.info('stopped')
    })
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), options.drainMs).unref()
  }
  process.on('SIGTERM', stop)
  if (!options.isSupervised) {
    process.on('SIGINT', stop)
    return
  }
  process.on('SIGINT', () => {})
  process.stdin.on('end', stop).resume()
  // Listening to the parent must not keep the process alive once everything else has ended.
  if ('unref' in process.stdin) process.stdin.unref()
}

const killAfterMs = 5000
