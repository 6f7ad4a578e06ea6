import { setTimeout as sleep } from 'node:timers/promises'
import { type Files, nodeFiles, prepareDirectory } from './files.ts'
import { thisProcess } from './owner.ts'
import { recover } from './recovery.ts'
import { ClaimFile } from './ship/claim.ts'
import { type Courier, warehouseCourier } from './ship/courier.ts'
import { FigureCounter, type ShipperFigures } from './ship/figures.ts'
import { type Backoff, Lane, type Say } from './ship/lane.ts'
import { Lock, renewEveryMs } from './ship/lock.ts'
import { Quarantine } from './ship/quarantine.ts'
import { receiverCourier } from './ship/receiver-courier.ts'
import { writeStatus } from './ship/status.ts'
import { createInserter, type WarehouseTarget } from './ship/warehouse-insert.ts'

const lookEveryMs = 250
const recoverEveryMs = 10_000
const lockEveryMs = 500
const statusEveryMs = 1000

export interface ShipperOptions {
  /** The spool. */
  readonly directory: string
  readonly courier: Courier
  readonly info: Say
  readonly warn: Say
  readonly backoff?: Backoff
  /** Before anything is shipped; may take long, and ends with the signal. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>
  /** Before segments that have arrived are removed. */
  readonly beforeFinish?: () => Promise<void>
  readonly files?: Files
  readonly nowMs?: () => number
  readonly random?: () => number
}

export interface Shipper {
  figures(): ShipperFigures
  /** Resolves when this process alone has the directory. */
  opened(): Promise<void>
  /** Ships until `stop`; waits first while another process ships this directory. */
  run(): Promise<void>
  /**
   * Ships what is there and resolves to true when nothing is left, to false when a try failed for the given
   * number of times in a row, or another process has the directory.
   */
  drain(triesMax: number): Promise<boolean>
  /** Lets the current try end, and ships what is left while that goes well and takes no longer than this. */
  stop(drainMs?: number): Promise<void>
}

const defaultBackoff: Backoff = { firstMs: 250, mostMs: 15_000 }

export function courierTo(target: WarehouseTarget): Courier {
  return warehouseCourier(createInserter(target))
}

/** `ingest://:TOKEN@host:port`, or `ingests` where a proxy in front of it speaks TLS; undefined for any other URL. */
export function courierToReceiver(address: string): Courier | undefined {
  const url = new URL(address)
  if (url.protocol !== 'ingest:' && url.protocol !== 'ingests:') return undefined
  const scheme = url.protocol === 'ingests:' ? 'https' : 'http'
  return receiverCourier({ origin: `${scheme}://${url.host}`, token: decodeURIComponent(url.password) })
}

export async function createShipper(options: ShipperOptions): Promise<Shipper> {
  await prepareDirectory(options.directory, options.files ?? nodeFiles)
  return new DirectoryShipper(options)
}

class DirectoryShipper implements Shipper {
  readonly #options: ShipperOptions
  readonly #files: Files
  readonly #lock: Lock
  readonly #counter = new FigureCounter()
  readonly #stopping = new AbortController()
  readonly #self = thisProcess()
  readonly #opened = Promise.withResolvers<void>()
  #lane: Lane | undefined
  #recoveredMs = Number.NEGATIVE_INFINITY
  #renewedMs = 0
  #running: Promise<unknown> | undefined
  #statusTimer: NodeJS.Timeout | undefined

  constructor(options: ShipperOptions) {
    this.#options = options
    this.#files = options.files ?? nodeFiles
    this.#lock = new Lock(options.directory, this.#files, this.#self)
  }

  figures(): ShipperFigures {
    return this.#counter.figures()
  }

  opened(): Promise<void> {
    return this.#opened.promise
  }

  run(): Promise<void> {
    this.#statusTimer = setInterval(() => void this.#say(), statusEveryMs)
    const running = this.#run()
    this.#running = running.catch(() => {})
    return running
  }

  async #run(): Promise<void> {
    let isSaid = false
    while (!this.#isStopping && !(await this.#open())) {
      if (!isSaid) this.#options.warn('another process ships this spool; waiting for its end', {})
      isSaid = true
      await this.#pause(lockEveryMs)
    }
    if (!this.#isStopping) await this.#options.prepare?.(this.#stopping.signal)
    while (!this.#isStopping) {
      const step = await this.#step()
      if (step === 'lost') return this.#run()
      if (step !== 'done') await this.#pause(step === 'idle' ? lookEveryMs : step.againInMs)
    }
  }

  async drain(triesMax: number): Promise<boolean> {
    if (this.#lane === undefined && !(await this.#open())) return false
    this.#recoveredMs = Number.NEGATIVE_INFINITY
    for (let failures = 0; failures < triesMax; ) {
      const step = await this.#step()
      if (step === 'idle') return true
      if (step === 'lost') return false
      if (step === 'done') failures = 0
      else {
        failures += 1
        if (failures < triesMax) await sleep(step.againInMs)
      }
    }
    return false
  }

  async stop(drainMs = 0): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#statusTimer)
    await this.#running
    const endMs = performance.now() + drainMs
    while (this.#lane !== undefined && performance.now() < endMs && (await this.#step()) === 'done');
    await this.#say()
    if (this.#lane !== undefined) await this.#lock.release()
    this.#lane = undefined
    await this.#options.courier.close()
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  /** For the metrics of others; on a full disk they just grow old. */
  async #say(): Promise<void> {
    if (this.#lane === undefined) return
    const { directory, nowMs = Date.now } = this.#options
    const status = { figures: this.figures(), atMs: nowMs() }
    await writeStatus(directory, status, this.#files).catch(() => {})
  }

  async #open(): Promise<boolean> {
    const { directory, courier, info, warn, backoff = defaultBackoff } = this.#options
    const { beforeFinish = async () => {}, nowMs = Date.now, random = Math.random } = this.#options
    if (!(await this.#lock.take(nowMs()))) return false
    this.#renewedMs = performance.now()
    const counter = this.#counter
    const claim = await ClaimFile.open(directory, this.#files)
    const quarantine = new Quarantine(directory, this.#files)
    const deliver = (payloads: readonly Buffer[]) =>
      courier.deliver(payloads, {
        claim,
        quarantine,
        onShipped: (table, rows) => counter.addShipped(table, rows),
        onQuarantined: (reason, rows) => {
          counter.addQuarantined(reason, rows)
          warn('a row was refused by the warehouse and is in quarantine', { reason })
        },
        onLost: (rows) => counter.addLost(rows),
      })
    this.#lane = new Lane({
      ...{ directory, files: this.#files, claim, quarantine, counter, deliver },
      ...{ nowMs, random, info, warn, backoff, beforeFinish, batchBytesMax: courier.batchBytesMax },
    })
    this.#opened.resolve()
    return true
  }

  async #step() {
    if (this.#lane === undefined) return 'lost'
    if (performance.now() - this.#renewedMs > renewEveryMs) {
      if (!(await this.#lock.renew())) {
        this.#lane = undefined
        return 'lost'
      }
      this.#renewedMs = performance.now()
    }
    if (performance.now() - this.#recoveredMs > recoverEveryMs) {
      this.#recoveredMs = performance.now()
      await this.#recover()
    }
    return this.#lane.step()
  }

  /** What a sidecar that died left open; a sidecar that runs looks after that too. */
  async #recover(): Promise<void> {
    const { directory, warn, nowMs = Date.now } = this.#options
    // A disk that can't be read shows at the next step, which waits for it.
    const recovered = await recover({ directory, self: this.#self, files: this.#files, nowMs }).catch(
      () => undefined,
    )
    if (recovered === undefined) return
    const { tornTails, tornBytes, segments } = recovered
    this.#counter.addTornTails(tornTails)
    if (tornTails > 0) warn('a crash tore off the end of spool segments', { tornTails, tornBytes, segments })
  }

  #pause(ms: number): Promise<unknown> {
    return sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }
}
