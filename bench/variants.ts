import { fileURLToPath } from 'node:url'
import { freePort } from '../testing/free-port.ts'
import { nodeCommand, type Spawned, spawnProcess } from '../testing/spawn.ts'

/** Something that answers on a port: no proxy at all, the yardstick, Sidelight, or a competitor. */
export interface Variant extends AsyncDisposable {
  readonly name: string
  readonly port: number
  /** The process under test; undefined when there is none (direct). */
  readonly process: Spawned | undefined
  readonly headers: Readonly<Record<string, string>>
  /** What callers of this variant write before the model's name. */
  readonly modelPrefix: string
  /** Prometheus text, where there is any. */
  readonly metricsUrl: string | undefined
}

export interface Mock extends AsyncDisposable {
  readonly port: number
  readonly origin: string
}

export function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}

export async function startMock(): Promise<Mock> {
  const port = await freePort()
  const process = spawnProcess([nodeCommand, pathOf('./mock-upstream.ts'), String(port)])
  await process.waitFor(/listening/)
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  }
}

export function variantOf(
  given: Pick<Variant, 'name' | 'port' | 'process'> & Partial<Variant>,
  cleanUp: () => PromiseLike<void> = async () => {},
): Variant {
  return {
    headers: {},
    modelPrefix: '',
    metricsUrl: undefined,
    ...given,
    [Symbol.asyncDispose]: async () => {
      await given.process?.stop()
      await cleanUp()
    },
  }
}

export function direct(mock: Mock): Variant {
  return variantOf({ name: 'direct', port: mock.port, process: undefined })
}

export async function startBare(mock: Mock, name = 'bare'): Promise<Variant> {
  const port = await freePort()
  const process = spawnProcess([nodeCommand, pathOf('./bare.ts'), mock.origin, String(port)])
  await process.waitFor(/listening/)
  return variantOf({ name, port, process })
}

/** Waits until an address answers with success; fails with the process's own words when it ends first. */
export async function untilReady(url: string, process: Spawned, timeoutMs = 20_000): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (process.running && performance.now() < endMs) {
    const isReady = await fetch(url).then(
      (response) => response.text().then(() => response.ok),
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const tail = `${process.stdout}${process.stderr}`.slice(-1500)
  await process.stop()
  throw new Error(`not ready: ${url}\n${tail}`)
}
